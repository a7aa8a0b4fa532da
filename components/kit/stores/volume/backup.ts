import type { IVolumeMount } from 'kubernetes-models/v1';
import type { Reached, StoreBackup } from '../../parts/backup/store';
import { scriptedStore } from '../scripts';

const folder = '/volume';

export interface VolumeBackupArgs {
  /** Image with Python 3.9 or newer. */
  readonly toolsImage: string;
  /** Claim of the volume. Pods that mount it at the same time must be on one node. */
  readonly claimName: string;
  /** Its size, a quantity in bytes: a drill takes it on the node's own disk. */
  readonly size: string;
}

/** The files of a volume, SQLite databases among them, while a server goes on writing to them. */
export function volumeBackup({ claimName, size, toolsImage }: VolumeBackupArgs): StoreBackup {
  return {
    ...scriptedStore('volume', __dirname, 'python'),
    image: toolsImage,
    // Not read-only: SQLite reads a database with a write-ahead log only where it may lock it.
    living: reached({ name: 'volume', persistentVolumeClaim: { claimName } }),
    scratch: { ...reached({ name: 'volume', emptyDir: { sizeLimit: size } }), containers: [] },
  };
}

function reached(volume: NonNullable<Reached['volumes']>[number]): Reached {
  const volumeMounts: IVolumeMount[] = [{ name: 'volume', mountPath: folder }];
  return { env: [{ name: 'FOLDER', value: folder }], volumeMounts, volumes: [volume] };
}
