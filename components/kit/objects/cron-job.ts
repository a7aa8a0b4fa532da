import type { IPodSpec } from 'kubernetes-models/v1';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

export interface ScheduledJobArgs {
  readonly metadata: ObjectMeta;
  /** Labels of the pods, by which network policies know them. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** When it runs, in UTC. A suspended job is a template: `kubectl create job --from=cronjob/NAME` starts it. */
  readonly schedule: string | 'on demand';
  /** Time that one run may take, in seconds. */
  readonly deadlineSeconds: number;
  /** Times that a failed run is tried again. */
  readonly retries: number;
  readonly pod: IPodSpec;
}

/** A job that never overlaps with itself, ends by a deadline, and leaves enough of its past to read. */
export function scheduledJob(args: ScheduledJobArgs): Described<'CronJob'> {
  const onDemand = args.schedule === 'on demand';
  return {
    object: {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: args.metadata,
      spec: {
        // A suspended CronJob needs a schedule all the same; this one never comes.
        schedule: onDemand ? '0 0 31 2 *' : args.schedule,
        suspend: onDemand,
        timeZone: 'Etc/UTC',
        concurrencyPolicy: 'Forbid',
        startingDeadlineSeconds: 300,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          spec: {
            activeDeadlineSeconds: args.deadlineSeconds,
            backoffLimit: args.retries,
            ttlSecondsAfterFinished: 86_400,
            template: { metadata: { labels: args.podLabels }, spec: { restartPolicy: 'Never', ...args.pod } },
          },
        },
      },
    },
  };
}
