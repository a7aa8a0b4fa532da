import { objectsOf } from '../../plan-objects';
import { type Answer, type Check, missing, ok, type Question, warning } from '../check';

interface Claim {
  readonly spec: { readonly storageClassName?: string };
}

interface StorageClass {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly allowVolumeExpansion?: boolean;
  readonly volumeBindingMode?: string;
  readonly reclaimPolicy?: string;
}

const api = '/apis/storage.k8s.io/v1/storageclasses';
const defaultMark = 'storageclass.kubernetes.io/is-default-class';

/** The class of each volume: that there is one, and that the volume can grow later. */
export const storage: Check = ({ look, stack }) => {
  const names = objectsOf<Claim>(stack.plan, 'PersistentVolumeClaim').map(({ spec }) => spec.storageClassName);
  return [...new Set(names)].map(
    (name): Question =>
      name === undefined
        ? { subject: 'default StorageClass', answer: async () => defaultAnswer(await look.list<StorageClass>(api)) }
        : {
            subject: `StorageClass ${name}`,
            answer: async () => {
              const found = await look.at<StorageClass>(`${api}/${name}`);
              if (found) return classAnswer(found);
              const known = (await look.list<StorageClass>(api)).map(({ metadata }) => metadata.name).join(', ');
              return missing(
                'there is none',
                `create it, or set cluster.storageClass to one of: ${known || 'none exist'}`,
              );
            },
          },
  );
};

function defaultAnswer(classes: readonly StorageClass[]): Answer {
  const [first, ...others] = classes.filter(({ metadata }) => metadata.annotations?.[defaultMark] === 'true');
  if (first === undefined) {
    const known = classes.map(({ metadata }) => metadata.name).join(', ');
    return missing('there is none', `set cluster.storageClass to one of: ${known || 'none exist'}`);
  }
  if (others.length === 0) return classAnswer(first);
  const names = [first, ...others].map(({ metadata }) => metadata.name).join(', ');
  return warning(`several classes say that they are it: ${names}`, 'set cluster.storageClass to the one that is meant');
}

function classAnswer({ metadata, allowVolumeExpansion, reclaimPolicy, volumeBindingMode }: StorageClass): Answer {
  const binding = volumeBindingMode === 'WaitForFirstConsumer' ? 'binds with the first pod' : 'binds at once';
  const kept = reclaimPolicy === 'Retain' ? 'keeps a volume without its claim' : 'deletes a volume with its claim';
  const found = `${metadata.name} ${binding}, ${kept}`;
  return allowVolumeExpansion
    ? ok(`${found}, lets it grow`)
    : warning(`${found}, does not let it grow`, 'set allowVolumeExpansion: true on the class, if its driver can');
}
