import type { V1Job } from '@kubernetes/client-node';
import type { Api } from '../../cluster/api';
import { cronJobOf, endOf, jobsOf, newestPodOf } from '../../cluster/job';
import { lastLogLine } from '../../cluster/pod-status';
import type { Finding } from '../../report/report';

/** What the cluster knows of a scheduled backup. */
export interface ClusterView {
  /** Whether the CronJob is there. */
  readonly deployed: boolean;
  readonly suspended?: boolean;
  readonly schedule?: string;
  /** Whether a run is under way. */
  readonly running?: boolean;
  readonly lastSuccess?: Date;
  /** What the newest good run said whose Job is still there, and whether it is the last success. */
  readonly lastAnswer?: { readonly said: string; readonly isLast: boolean };
  /** What the newest run said that has ended, where it failed. */
  readonly lastFailure?: string;
}

/** Whether backups are made at all. */
export function scheduleFinding(namespace: string, cronJob: string, view: ClusterView): Finding {
  const subject = `CronJob ${cronJob}`;
  if (!view.deployed) {
    return { subject, status: 'missing', found: 'not on the cluster', remedy: 'deploy the stack: pulumi up' };
  }
  const schedule = `runs at ${view.schedule} UTC${view.running ? ', and is running' : ''}`;
  if (view.suspended) {
    const remedy = `kubectl -n ${namespace} patch cronjob ${cronJob} -p '{"spec":{"suspend":false}}'`;
    return { subject, status: 'warning', found: 'suspended: nothing is backed up by itself', remedy };
  }
  return view.lastFailure === undefined
    ? { subject, status: 'ok', found: schedule }
    : {
        subject,
        status: 'warning',
        found: `${schedule}; the last run failed: ${view.lastFailure}`,
        remedy: 'mend what it says, then fleet backup now',
      };
}

/** Whether a Job is the one that a CronJob has noted as its last success. */
function isLast(job: V1Job | undefined, last: Date | undefined): boolean {
  const done = job?.status?.completionTime;
  return done !== undefined && last !== undefined && new Date(done).getTime() >= new Date(last).getTime();
}

/** What the cluster knows of the runs of a CronJob. */
export async function viewOf(api: Api, namespace: string, name: string): Promise<ClusterView> {
  const cronJob = await cronJobOf(api, namespace, name);
  if (cronJob === undefined) return { deployed: false };
  const jobs = await jobsOf(api, namespace, cronJob);
  const newest = jobs.find((job) => endOf(job));
  const end = newest && endOf(newest);
  const pod = newest && (await newestPodOf(api, namespace, newest.metadata?.name ?? ''));
  const said = pod && end?.succeeded === false ? await lastLogLine(api, pod) : undefined;
  const good = jobs.find((job) => endOf(job)?.succeeded);
  const goodPod = good && (await newestPodOf(api, namespace, good.metadata?.name ?? ''));
  const answer = goodPod && (await lastLogLine(api, goodPod));
  const last = cronJob.status?.lastSuccessfulTime;
  return {
    deployed: true,
    suspended: cronJob.spec?.suspend ?? false,
    schedule: cronJob.spec?.schedule ?? '',
    running: jobs.some((job) => !endOf(job)),
    ...(last ? { lastSuccess: new Date(last) } : {}),
    ...(answer === undefined ? {} : { lastAnswer: { said: answer, isLast: isLast(good, last) } }),
    ...(end?.succeeded === false ? { lastFailure: [end.reason, said].filter(Boolean).join('; ') } : {}),
  };
}
