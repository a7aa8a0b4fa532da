import { objectsOf } from '../../../stack/plan-objects';
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
export const snapshots: Check = ({ look, stack }) => {
  const claims = new Set(
    stack.plan.systems.flatMap(({ operations }) =>
      operations.backups.flatMap((backup) => (backup.kind === 'snapshots' ? backup.claims : [])),
    ),
  );
  const wanted = new Set(
    stack.plan.systems.flatMap(({ operations }) =>
      operations.backups.flatMap((backup) => (backup.kind === 'snapshots' ? [backup.className] : [])),
    ),
  );
  const ofClaims = objectsOf(stack.plan, 'PersistentVolumeClaim').filter(({ metadata }) => claims.has(metadata.name));
  return [...wanted].map(
    (name): Question => ({
      subject: name === undefined ? 'default VolumeSnapshotClass' : `VolumeSnapshotClass ${name}`,
      answer: async () => {
        const all = (await look.at<{ items: SnapshotClass[] }>(classes))?.items;
        if (all === undefined) {
          const remedy =
            'install the CRDs and the controller of CSI snapshots, or take snapshots out of the stack file';
          return missing('the cluster knows no snapshots of volumes', remedy);
        }
        const known = await look.list<StorageClass>(storageClasses);
        const names = [...new Set(ofClaims.map(({ spec }) => spec?.storageClassName))];
        return answerOf(name, all, driversOf(names, known));
      },
    }),
  );
};

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
