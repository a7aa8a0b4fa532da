import type { IVolume, IVolumeMount } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../config/cluster';
import { dataVolume } from '../kit/objects/persistent-volume-claim';
import type { Described } from '../system/described';
import { claims, metadataIn, paths } from './names';
import type { ContextEngineSettings } from './settings';
import { sharedClass } from './settings/choices';

/** Volumes that several pods share, by the names of their keys. */
const shared = ['repositories', 'metadata', 'models'] as const;

/** Their claims. All are there from the start, so that a new repository adds nothing but what is its own. */
export function volumes(settings: ContextEngineSettings, cluster: ClusterFacts): Record<string, Described> {
  const metadata = metadataIn(settings);
  return Object.fromEntries(
    shared.map((name) => [
      name,
      dataVolume({
        metadata: metadata(claims[name]),
        size: settings.volumes[name].size,
        storageClass: sharedClass(settings, cluster, name),
        accessMode: settings.layout === 'shared' ? 'ReadWriteMany' : 'ReadWriteOnce',
      }),
    ]),
  );
}

/** A volume of a pod that mounts a shared claim. */
export function sharedVolume(name: (typeof shared)[number]): IVolume {
  return { name, persistentVolumeClaim: { claimName: claims[name] } };
}

/** The models, for whoever embeds: the first to need one fetches it for all. */
export const modelsMount: IVolumeMount = { name: 'models', mountPath: paths.models };

export const tmpMount: IVolumeMount = { name: 'tmp', mountPath: paths.tmp };

/** Room for what a process writes besides; the root file system is read-only. */
export function tmpVolume(sizeLimit: string): IVolume {
  return { name: 'tmp', emptyDir: { sizeLimit } };
}
