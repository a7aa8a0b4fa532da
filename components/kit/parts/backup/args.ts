import type { IPodSpec } from 'kubernetes-models/v1';
import type { Waiver } from '../../../system/described';
import type { ObjectMeta } from '../../../system/planned-object';
import type { RunAs } from '../../objects/pod';
import type { BackupSettings } from '../../settings/backup';
import type { StoreBackup } from './store';

/** What the pods of backups are for. */
export type Purpose = 'backup' | 'restore' | 'drill';

export interface BackupArgs {
  /** Name of the objects; CronJobs of a restore and a drill go on with `-restore` and `-drill`. */
  readonly name: string;
  /** Beginning of their logical names. */
  readonly key: string;
  /** What is kept, in a word, such as `collections`. */
  readonly content: string;
  readonly settings: BackupSettings;
  /** Metadata of an object by its name. */
  readonly metadata: (name: string) => ObjectMeta;
  /**
   * Labels of the pods. Those of the first two may talk to the stores; those of a drill talk to none, and nobody talks to
   * them: they never are those that a store's Service selects. With a bucket all three talk to it.
   */
  readonly podLabels: Readonly<Record<Purpose, Readonly<Record<string, string>>>>;
  /** Whose backups they are, in the repository: the cluster, the namespace, the system. */
  readonly host: string;
  readonly serviceAccountName: string;
  readonly imagePullSecrets: readonly string[];
  readonly runAs: RunAs;
  /** Where the pods may run, for the sake of volumes that attach to one node. */
  readonly placement: Pick<IPodSpec, 'affinity'>;
  /** Waivers of the rules that the images break on purpose. */
  readonly waivers: readonly Waiver[];
  /** Logical names of the objects that must be there before the Jobs. */
  readonly after: readonly string[];
  /** In the order in which they are dumped and loaded, by which a system keeps several consistent. */
  readonly stores: readonly [StoreBackup, ...StoreBackup[]];
  /** Claim of the repository, where it is on a volume. */
  readonly claimName: string;
  /** StorageClass of that claim, where the settings name none. */
  readonly storageClass?: string | undefined;
  /** Room for all dumps on the node's own disk, a quantity in bytes. */
  readonly workSize: string;
}
