import type { V1Job } from '@kubernetes/client-node';
import type { SystemPlan } from '../../../components/system';
import type { BackupFacts } from '../../../components/system/operations';
import type { CommandRun } from '../../base/run';
import type { Api } from '../../cluster/api';
import { cronJobOf, endOf, jobsOf, newestPodOf } from '../../cluster/job';
import { lastLogLine } from '../../cluster/pod-status';
import { type StackCluster, stackCluster } from '../../cluster/stack-cluster';
import { printReport } from '../../report/print';
import type { Finding } from '../../report/report';
import { describedStack, systemOf } from '../../stack';
import type { BackupOptions } from './command';
import { type ClusterView, scheduleFinding, storeFinding } from './freshness';
import { headsOf } from './heads';
import { snapshotFindings } from './snapshots/freshness';
import { gitOptions, remedyOf } from './target';

/** Says how old the backups of a stack are. @returns the exit code */
export async function status(run: CommandRun, options: BackupOptions): Promise<number> {
  const stack = describedStack(run.projectDir, options.stack);
  const systems = options.system === undefined ? stack.plan.systems : [systemOf(stack, options.system)];
  const saved = systems.some(({ operations }) => operations.backup);
  // Without anything to ask for there is no need of a cluster.
  const cluster = saved ? await stackCluster(run.home, stack, options) : undefined;
  const findings: Finding[] = [];
  for (const system of systems) {
    const { backup } = system.operations;
    if (backup && cluster) findings.push(...(await findingsOf(system, backup, cluster, run.signal)));
    findings.push(...unsaved(stack.name, system));
  }
  return printReport({ command: 'backup status', stack: stack.name, findings }, options);
}

async function findingsOf(
  system: SystemPlan,
  backup: BackupFacts,
  cluster: StackCluster,
  signal: AbortSignal,
): Promise<Finding[]> {
  const view = await viewOf(cluster.api, system.namespace, backup.cronJob);
  if (backup.kind === 'snapshots') {
    return [scheduleFinding(backup, view), ...snapshotFindings(backup, view, new Date())];
  }
  const heads = await headsOf(backup.stores, await gitOptions(system, cluster, signal));
  return [
    scheduleFinding(backup, view),
    ...heads.map((head) => storeFinding(head, view, backup.maxAgeSeconds, new Date())),
  ];
}

function unsaved(stack: string, system: SystemPlan): Finding[] {
  const { backup, unsaved: data } = system.operations;
  if (backup && !data) return [];
  const subject = data?.name ?? system.id;
  const remedy = remedyOf(stack, system);
  // Where other data have a remote, these may have none on purpose.
  const status = backup ? 'warning' : 'missing';
  return [{ subject, status, found: 'no backup: the volume is the only copy', remedy }];
}

/** Whether a Job is the one that a CronJob has noted as its last success. */
function isLast(job: V1Job | undefined, last: Date | undefined): boolean {
  const done = job?.status?.completionTime;
  return done !== undefined && last !== undefined && new Date(done).getTime() >= new Date(last).getTime();
}

/** What the cluster knows of the runs of a CronJob. */
async function viewOf(api: Api, namespace: string, name: string): Promise<ClusterView> {
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
