import type { DescribedStack } from '../../../stack';
import { type Answer, type Check, missing, ok, type Question, warning } from '../check';

interface SnapshotClass {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly driver?: string;
  readonly deletionPolicy?: string;
}

interface StorageClass {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly provisioner?: string;
}

const classes = '/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses';
const storageClasses = '/apis/storage.k8s.io/v1/storageclasses';

/** That the storage of the claims makes snapshots, and by which class. */
export const snapshots: Check = ({ look, stack }) =>
  [...wantedBy(stack)].map(
    ([name, storage]): Question => ({
      subject: name === undefined ? 'default VolumeSnapshotClass' : `VolumeSnapshotClass ${name}`,
      answer: async () => {
        const all = (await look.at<{ items: SnapshotClass[] }>(classes))?.items;
        if (all === undefined) {
          const remedy =
            'install the CRDs and the controller of CSI snapshots, or take snapshots out of the stack file';
          return missing('the cluster knows no snapshots of volumes', remedy);
        }
        return answerOf(name, all, driversOf(storage, await look.list<StorageClass>(storageClasses)));
      },
    }),
  );

/** The classes of snapshots that systems want, each with the storage classes of what is cut by it. */
function wantedBy({ plan }: DescribedStack): ReadonlyMap<string | undefined, readonly (string | undefined)[]> {
  const wanted = new Map<string | undefined, (string | undefined)[]>();
  for (const { objects, operations } of plan.systems) {
    const claims = Object.values(objects).flatMap(({ object }) =>
      object.kind === 'PersistentVolumeClaim' ? [object] : [],
    );
    for (const backup of operations.backups) {
      if (backup.kind !== 'snapshots') continue;
      const cut = claims.filter(({ metadata }) => backup.claims.includes(metadata.name));
      const storage = cut.map(({ spec }) => spec?.storageClassName);
      wanted.set(backup.className, [...(wanted.get(backup.className) ?? []), ...storage]);
    }
  }
  return wanted;
}

/** Drivers of the volumes, of those classes that are known. */
function driversOf(names: readonly (string | undefined)[], known: readonly StorageClass[]): readonly string[] {
  const isDefault = ({ metadata }: StorageClass) =>
    metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';
  const found = known.filter((each) =>
    names.some((name) => (name === undefined ? isDefault(each) : each.metadata.name === name)),
  );
  return [...new Set(found.flatMap(({ provisioner }) => provisioner ?? []))];
}

function answerOf(name: string | undefined, all: readonly SnapshotClass[], drivers: readonly string[]): Answer {
  const isDefault = ({ metadata }: SnapshotClass) =>
    metadata.annotations?.['snapshot.storage.kubernetes.io/is-default-class'] === 'true';
  const meant = all.filter((each) => (name === undefined ? isDefault(each) : each.metadata.name === name));
  const known = all.map(({ driver, metadata }) => `${metadata.name} (${driver})`).join(', ') || 'none exist';
  if (meant.length === 0) return missing('there is none', `set cluster.volumeSnapshots.className to one of: ${known}`);
  const without = drivers.filter((driver) => !meant.some((each) => each.driver === driver));
  if (without.length > 0) {
    const found = `${meant.map(({ metadata }) => metadata.name).join(', ')} is not of ${without.join(', ')}, which makes the volumes`;
    return missing(found, `set cluster.volumeSnapshots.className to one of: ${known}`);
  }
  const deleting = meant.filter(({ deletionPolicy }) => deletionPolicy === 'Delete');
  const found = meant.map(({ driver, metadata }) => `${metadata.name} of ${driver}`).join(', ');
  return deleting.length === 0
    ? ok(`${found}, keeps what a namespace that goes takes along`)
    : warning(
        `${found}, deletes snapshots together with their namespace`,
        'a class with deletionPolicy: Retain keeps what a lost namespace takes along; or keep a backup by restic besides',
      );
}
