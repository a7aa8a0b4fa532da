import { type Api, type ApiObject, apply, get } from '../cluster/api';

/** When the volume of a claim is made: at once, or when a pod that uses the claim has found its node. */
export type BindingMode = 'Immediate' | 'WaitForFirstConsumer';

/** A class of simulated volumes. */
export interface StorageClassSpec {
  readonly name: string;
  readonly bindingMode: BindingMode;
  /** Whether claims without a class get this one. At most one class of a cluster. @default false */
  readonly default?: boolean;
}

/** The class of a cluster that was asked for none. */
export const standardClass: StorageClassSpec = {
  name: 'standard',
  bindingMode: 'WaitForFirstConsumer',
  default: true,
};

/** The class of volumes that several nodes mount at once. Simulated volumes of any class do that; this one is named for it. */
export const sharedClass: StorageClassSpec = { name: 'shared', bindingMode: 'Immediate' };

const collection = '/apis/storage.k8s.io/v1/storageclasses';

/** Any name will do: the stages in volume-stages.yaml serve every class that names a provisioner. */
const provisioner = 'volumes.memory-fleet.local';

/** The object of a class. Volumes can grow, and go with their claim. */
export function storageClass(spec: StorageClassSpec): ApiObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: spec.name,
      annotations: { 'storageclass.kubernetes.io/is-default-class': String(spec.default === true) },
    },
    provisioner,
    reclaimPolicy: 'Delete',
    volumeBindingMode: spec.bindingMode,
    allowVolumeExpansion: true,
  };
}

/** Creates the classes that are missing and replaces one with another binding mode, which cannot be changed in place. */
export async function ensureStorageClasses(api: Api, specs: readonly StorageClassSpec[]): Promise<void> {
  for (const spec of specs) {
    const found = await get<{ volumeBindingMode?: string }>(api, `${collection}/${spec.name}`);
    if (found !== undefined && found.volumeBindingMode !== spec.bindingMode) {
      await api.send('DELETE', `${collection}/${spec.name}`);
    }
    await apply(api, collection, storageClass(spec));
  }
}
