import { randomBytes } from 'node:crypto';
import type { V1Container, V1CronJob, V1Job } from '@kubernetes/client-node';
import { Failure, throwIfInterrupted } from '../base/failure';
import { waitFor } from '../base/wait';
import { type Api, create, get, remove } from './api';
import { lastLogLine, startProblem } from './pod-status';
import { type Pod, podsWith } from './pods';

/** How a Job ended. */
export interface JobEnd {
  readonly succeeded: boolean;
  /** Last line of the log of its newest pod. */
  readonly lastLine?: string | undefined;
  /** Why it failed, in the words of the cluster. */
  readonly reason?: string | undefined;
}

export interface JobRun {
  readonly api: Api;
  readonly namespace: string;
  /** The CronJob whose template it is. */
  readonly cronJob: string;
  readonly deadlineSeconds: number;
  /** Values of the environment that are not the template's, in every container that has them. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  readonly say?: (text: string) => void;
  /** Called at every look with the newest pod, which stays as it is until the call is done. What it throws ends the run. */
  readonly onPod?: (pod: Pod) => Promise<void>;
}

/** Seconds that the cluster has to notice by itself that a Job's time is up. */
const grace = 30;

/**
 * Runs a CronJob's template once, to its end. The Job belongs to the CronJob, so a success counts as one of it. It tries
 * once: who looks on can try again. It is removed whatever happens.
 *
 * @throws Failure when there is no such CronJob, or a Job of it runs already; Interrupted
 */
export async function runJobOf(run: JobRun): Promise<JobEnd> {
  const { api, cronJob: name, namespace } = run;
  const cronJob = await cronJobOf(api, namespace, name);
  if (cronJob === undefined) {
    throw new Failure(`there is no CronJob ${namespace}/${name} on the cluster`, 'deploy the stack: pulumi up');
  }
  const running = (await jobsOf(api, namespace, cronJob)).find((job) => !endOf(job));
  if (running) {
    const since = running.status?.startTime ?? running.metadata?.creationTimestamp;
    throw new Failure(
      `Job ${running.metadata?.name} has been running since ${String(since)}`,
      'wait until it has ended; it ends by its deadline',
    );
  }
  // Names of a Job's pods have room for 63 letters, of which the cluster takes six.
  const job = withEnv(jobFrom(cronJob, namespace, `${name.slice(0, 40)}-now-${randomBytes(3).toString('hex')}`), run);
  throwIfInterrupted(run.signal);
  const path = `/apis/batch/v1/namespaces/${namespace}/jobs/${job.metadata.name}`;
  try {
    await create(api, `/apis/batch/v1/namespaces/${namespace}/jobs`, job);
    const end = await follow(run, path, job.metadata.name);
    if (end.succeeded) await successRecorded(run, cronJob);
    return end;
  } finally {
    await remove(api, path);
  }
}

/** A CronJob with its status. */
export function cronJobOf(api: Api, namespace: string, name: string): Promise<V1CronJob | undefined> {
  return get<V1CronJob>(api, `/apis/batch/v1/namespaces/${namespace}/cronjobs/${name}`);
}

/** The Jobs of a CronJob that are still there, the newest first. */
export async function jobsOf(api: Api, namespace: string, { metadata }: V1CronJob): Promise<readonly V1Job[]> {
  const { items } = (await get<{ items: V1Job[] }>(api, `/apis/batch/v1/namespaces/${namespace}/jobs`)) ?? {
    items: [],
  };
  const own = items.filter((job) => job.metadata?.ownerReferences?.some(({ uid }) => uid === metadata?.uid));
  const created = (job: V1Job) => String(job.metadata?.creationTimestamp ?? '');
  return own.sort((a, b) => created(b).localeCompare(created(a)));
}

/** The newest pod of a Job: of a Job that tried again, the one that counts. */
export async function newestPodOf(api: Api, namespace: string, job: string): Promise<Pod | undefined> {
  const pods = await podsWith(api, namespace, { 'batch.kubernetes.io/job-name': job });
  const created = ({ metadata }: Pod) => metadata.creationTimestamp ?? '';
  return [...pods].sort((a, b) => created(a).localeCompare(created(b))).at(-1);
}

/** How a Job ended; undefined while it runs. */
export function endOf({ status }: V1Job): { readonly succeeded: boolean; readonly reason?: string } | undefined {
  const condition = status?.conditions?.find(({ type, status: value }) => isEnd(type) && value === 'True');
  if (!condition) return undefined;
  const reason = [condition.reason, condition.message].filter(Boolean).join(': ');
  return { succeeded: condition.type === 'Complete', ...(reason ? { reason } : {}) };
}

function isEnd(type: string): boolean {
  return type === 'Complete' || type === 'Failed';
}

/** A Job of a CronJob's template, which belongs to the CronJob. */
export function jobFrom({ metadata, spec }: V1CronJob, namespace: string, name: string) {
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: metadata?.name, uid: metadata?.uid, controller: true };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace,
      labels: { ...spec?.jobTemplate.metadata?.labels, ...metadata?.labels },
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [owner],
    },
    spec: { ...spec?.jobTemplate.spec, backoffLimit: 0 },
  };
}

/** The job with the values that the run wants in the environment of its containers. */
export function withEnv(
  job: ReturnType<typeof jobFrom>,
  { env = {} }: Pick<JobRun, 'env'>,
): ReturnType<typeof jobFrom> {
  const { template } = job.spec;
  if (template?.spec === undefined) return job;
  const { containers, initContainers } = template.spec;
  const changed = (container: V1Container): V1Container => ({
    ...container,
    ...(container.env
      ? {
          env: container.env.map((each) =>
            each.name in env ? { name: each.name, value: env[each.name] as string } : each,
          ),
        }
      : {}),
  });
  const spec = {
    ...template.spec,
    containers: containers.map(changed),
    ...(initContainers ? { initContainers: initContainers.map(changed) } : {}),
  };
  return { ...job, spec: { ...job.spec, template: { ...template, spec } } };
}

/** Waits a moment until the CronJob has recorded a success, because a Job that is gone by then would not count. */
async function successRecorded({ api, cronJob, namespace, signal }: JobRun, before: V1CronJob): Promise<void> {
  const recorded = async () => {
    const now = await cronJobOf(api, namespace, cronJob);
    return now?.status?.lastSuccessfulTime !== before.status?.lastSuccessfulTime || undefined;
  };
  await waitFor(recorded, { seconds: 5, signal });
}

async function follow(run: JobRun, path: string, name: string): Promise<JobEnd> {
  const { api, deadlineSeconds, namespace, say, signal } = run;
  let problem: string | undefined;
  const look = async (): Promise<JobEnd | undefined> => {
    const job = await get<V1Job>(api, path);
    if (job === undefined) throw new Failure(`somebody removed Job ${namespace}/${name}`, 'run the command again');
    const pod = await newestPodOf(api, namespace, name);
    const end = endOf(job);
    if (end) return { ...end, lastLine: pod && (await lastLogLine(api, pod)) };
    if (pod) await run.onPod?.(pod);
    problem = pod && startProblem(pod);
    say?.(problem ?? `${name}: ${pod?.status?.phase?.toLowerCase() ?? 'no pod yet'}`);
    return undefined;
  };
  const end = await waitFor(look, { seconds: deadlineSeconds + grace, period: 1000, signal });
  return end ?? { succeeded: false, reason: problem ?? `not done within ${deadlineSeconds} s` };
}
