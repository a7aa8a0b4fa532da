import { objectsOf } from '../../../stack/plan-objects';
import { type Answer, type Check, missing, ok, type Question, warning } from '../check';

interface StorageClass {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly provisioner?: string;
  readonly allowVolumeExpansion?: boolean;
  readonly volumeBindingMode?: string;
  readonly reclaimPolicy?: string;
}

const api = '/apis/storage.k8s.io/v1/storageclasses';
const defaultMark = 'storageclass.kubernetes.io/is-default-class';

/** Provisioners of block devices and of folders of one node, whose volumes no second node can mount. */
const forOneNode = [
  /^(ebs\.csi\.aws\.com|pd\.csi\.storage\.gke\.io|disk\.csi\.azure\.com)$/,
  /^kubernetes\.io\/(aws-ebs|gce-pd|azure-disk|cinder|no-provisioner)$/,
  /(^|\.)rbd\.csi\.ceph\.com$/,
  /^(csi\.hetzner\.cloud|dobs\.csi\.digitalocean\.com|linodebs\.csi\.linode\.com|block\.csi\.vultr\.com)$/,
  /^(cinder\.csi\.openstack\.org|topolvm\.io|rancher\.io\/local-path|openebs\.io\/local|local\.csi\.openebs\.io)$/,
];

/** The class of each volume: that there is one, that the volume can grow later, and that several nodes can share it. */
export const storage: Check = ({ look, stack }) => {
  const claims = objectsOf(stack.plan, 'PersistentVolumeClaim');
  const shared = new Set(
    claims.flatMap(({ spec }) => (spec?.accessModes?.includes('ReadWriteMany') ? [spec.storageClassName] : [])),
  );
  return [...new Set(claims.map(({ spec }) => spec?.storageClassName))].map((name): Question => {
    const isShared = shared.has(name);
    if (name === undefined) {
      const answer = async () => defaultAnswer(await look.list<StorageClass>(api), isShared);
      return { subject: 'default StorageClass', answer };
    }
    return {
      subject: `StorageClass ${name}`,
      answer: async () => {
        const found = await look.at<StorageClass>(`${api}/${name}`);
        if (found) return classAnswer(found, isShared);
        const known = (await look.list<StorageClass>(api)).map(({ metadata }) => metadata.name).join(', ');
        return missing('there is none', `create it, or set ${keyOf(isShared)} to one of: ${known || 'none exist'}`);
      },
    };
  });
};

function keyOf(isShared: boolean): string {
  return isShared ? 'cluster.sharedStorageClass' : 'cluster.storageClass';
}

function defaultAnswer(classes: readonly StorageClass[], isShared: boolean): Answer {
  const [first, ...others] = classes.filter(({ metadata }) => metadata.annotations?.[defaultMark] === 'true');
  if (first === undefined) {
    const known = classes.map(({ metadata }) => metadata.name).join(', ');
    return missing('there is none', `set cluster.storageClass to one of: ${known || 'none exist'}`);
  }
  if (others.length === 0) return classAnswer(first, isShared);
  const names = [first, ...others].map(({ metadata }) => metadata.name).join(', ');
  return warning(`several classes say that they are it: ${names}`, 'set cluster.storageClass to the one that is meant');
}

function classAnswer(storageClass: StorageClass, isShared: boolean): Answer {
  const { allowVolumeExpansion, metadata, provisioner = '', reclaimPolicy, volumeBindingMode } = storageClass;
  const binding = volumeBindingMode === 'WaitForFirstConsumer' ? 'binds with the first pod' : 'binds at once';
  const kept = reclaimPolicy === 'Retain' ? 'keeps a volume without its claim' : 'deletes a volume with its claim';
  const found = `${metadata.name} ${binding}, ${kept}`;
  if (isShared && forOneNode.some((known) => known.test(provisioner))) {
    const remedy = 'name a class of a shared file system (NFS, CephFS, …) in cluster.sharedStorageClass';
    return warning(`${found}; volumes of ${provisioner} are not known to be mounted by several nodes`, remedy);
  }
  return allowVolumeExpansion
    ? ok(`${found}, lets it grow`)
    : warning(`${found}, does not let it grow`, 'set allowVolumeExpansion: true on the class, if its driver can');
}
