import type { IPodSpec } from 'kubernetes-models/v1';
import type { Described, Waiver } from '../../../system/described';
import type { ResticBackup } from '../../../system/operations';
import type { ObjectMeta } from '../../../system/planned-object';
import { configMap } from '../../objects/config-map';
import { scheduledJob } from '../../objects/cron-job';
import { dataVolume } from '../../objects/persistent-volume-claim';
import type { RunAs } from '../../objects/pod';
import type { BackupSettings } from '../../settings/backup';
import { backupPod, drillPod, type Purpose, restorePod } from './pods';
import { neededEntries, placeOf } from './repository';
import { scriptsOf } from './scripts';
import type { StoreBackup } from './store';

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

/** The scheduled backup of a system's stores, and templates for restoring it and for trying it out. */
export function backupObjects(args: BackupArgs): Record<string, Described> {
  const { key, settings } = args;
  const { target } = settings;
  const after = [`${key}Scripts`, ...(target.kind === 'volume' ? [`${key}Repository`] : []), ...args.after];
  const job = (purpose: Purpose, schedule: string, pod: IPodSpec): Described => ({
    ...scheduledJob({
      metadata: args.metadata(cronJobsOf(args)[purpose]),
      podLabels: args.podLabels[purpose],
      schedule,
      deadlineSeconds: settings.deadlineSeconds,
      // A restore or a drill that failed is for a person to look at.
      retries: purpose === 'backup' ? 1 : 0,
      pod,
    }),
    after,
    waivers: args.waivers,
  });
  return {
    ...(target.kind === 'volume'
      ? {
          [`${key}Repository`]: dataVolume({
            metadata: args.metadata(args.claimName),
            size: target.size,
            storageClass: target.storageClass ?? args.storageClass,
          }),
        }
      : {}),
    [`${key}Scripts`]: configMap(args.metadata(args.name), scriptsOf(args.stores)),
    [key]: job('backup', settings.schedule, backupPod(args)),
    [`${key}Restore`]: job('restore', 'on demand', restorePod(args)),
    [`${key}Drill`]: job('drill', settings.drill.schedule ?? 'on demand', drillPod(args)),
  };
}

/** What the system says of these backups to the operator's commands. */
export function backupFacts(args: BackupArgs): ResticBackup {
  const { claimName, content, settings } = args;
  return {
    kind: 'restic',
    name: content,
    place: placeOf(settings, claimName),
    cronJobs: cronJobsOf(args),
    deadlineSeconds: settings.deadlineSeconds,
    maxAgeSeconds: settings.maxAgeSeconds,
    ...(settings.drill.schedule === undefined ? {} : { drillMaxAgeSeconds: settings.drill.maxAgeSeconds }),
    host: args.host,
    needs: neededEntries(settings),
  };
}

/** Names of the CronJobs. */
export function cronJobsOf({ name }: Pick<BackupArgs, 'name'>): Readonly<Record<Purpose, string>> {
  return { backup: name, restore: `${name}-restore`, drill: `${name}-drill` };
}
