import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
import { keptByArgoCd } from './sync-options';

export interface DataVolumeArgs {
  readonly metadata: ObjectMeta;
  /** Requested size, a quantity in bytes. It can grow where the class allows it, never shrink. */
  readonly size: string;
  /**
   * Class of the volume. It cannot change later without losing the volume.
   * @default the cluster's default class
   */
  readonly storageClass?: string | undefined;
  /**
   * Whether the pods of one node mount the volume, or those of several nodes at once, which few classes can. It cannot
   * change later without losing the volume.
   * @default ReadWriteOnce
   */
  readonly accessMode?: 'ReadWriteOnce' | 'ReadWriteMany';
}

/** A claim for a volume that nobody may lose. */
export function dataVolume(args: DataVolumeArgs): Described<'PersistentVolumeClaim'> {
  return {
    holdsData: true,
    object: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { ...args.metadata, annotations: { ...args.metadata.annotations, ...keptByArgoCd } },
      spec: {
        accessModes: [args.accessMode ?? 'ReadWriteOnce'],
        resources: { requests: { storage: args.size } },
        ...(args.storageClass === undefined ? {} : { storageClassName: args.storageClass }),
      },
    },
  };
}
