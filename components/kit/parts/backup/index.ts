import type { IPodSpec } from 'kubernetes-models/v1';
import type { Described } from '../../../system/described';
import type { ResticBackup } from '../../../system/operations';
import { configMap } from '../../objects/config-map';
import { scheduledJob } from '../../objects/cron-job';
import { dataVolume } from '../../objects/persistent-volume-claim';
import type { BackupArgs, Purpose } from './args';
import { backupPod, drillPod, openingIn, restorePod, talkingTo } from './pods';
import { neededEntries, placeOf } from './repository';
import { scriptsOf } from './scripts';

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
    reachesOut: reachingOut(args, purpose, pod),
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

/** Containers that talk to servers of others: to a bucket, or to stores that somebody else runs; a drill has its own. */
function reachingOut({ settings, stores }: BackupArgs, purpose: Purpose, pod: IPodSpec): string[] {
  const outside = purpose === 'drill' ? [] : stores.filter(({ living }) => living.reachesOut);
  return [
    ...(settings.target.kind === 's3' ? openingIn(pod) : []),
    ...outside.flatMap(({ name }) => talkingTo(pod, name)),
  ];
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
