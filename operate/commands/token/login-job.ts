import type { V1Job } from '@kubernetes/client-node';
import { Failure } from '../../base/failure';
import { waitFor } from '../../base/wait';
import { type Api, get, remove } from '../../cluster/api';
import { cronJobOf, endOf, jobFrom, newestPodOf } from '../../cluster/job';
import { startProblem } from '../../cluster/pod-status';

/** How far a login is. */
export type LoginState = 'running' | 'complete' | 'expired' | 'failed' | 'gone';

/** What is known of a login at one moment. */
export interface LoginLook {
  readonly state: LoginState;
  /** What it has written so far; the last that could be read where its pod is gone. */
  readonly log: string;
  /** Why its pod does not start, where it does not. */
  readonly problem?: string | undefined;
}

/** A login that was started. */
export interface LoginJob {
  readonly name: string;
  look(): Promise<LoginLook>;
  /** Removes it and its pod. */
  remove(): Promise<void>;
}

/**
 * Starts the login that a CronJob is the template of. Its name is fixed, so that there is one at a time; one that has
 * ended and was left behind makes way.
 *
 * @throws Failure when there is no such template, or a login is under way
 */
export async function startLogin(api: Api, namespace: string, cronJob: string): Promise<LoginJob> {
  const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const name = `${cronJob}-on-demand`;
  const path = `${jobs}/${name}`;
  const template = await cronJobOf(api, namespace, cronJob);
  if (template === undefined) {
    throw new Failure(`there is no CronJob ${namespace}/${cronJob} to start the login from`, 'run `pulumi up` first');
  }
  await clear(api, path);
  const { body, status } = await api.send('POST', jobs, { body: jobFrom(template, namespace, name) });
  if (status === 409) throw underWay(namespace, name);
  if (status >= 300) {
    throw new Failure(`the login cannot be started (status ${status}): ${body.slice(0, 300)}`, 'check your rights');
  }
  let log = '';
  return {
    name,
    look: async () => {
      // The state first: a login that ends in between has written everything by the time its log is read.
      const state = stateOf(await get<V1Job>(api, path));
      const pod = await newestPodOf(api, namespace, name);
      if (pod !== undefined) log = (await readLog(api, namespace, pod.metadata.name)) ?? log;
      return { state, log, problem: pod && startProblem(pod) };
    },
    remove: () => remove(api, path),
  };
}

/** Removes a login that has ended, and waits until its name is free. */
async function clear(api: Api, path: string): Promise<void> {
  const found = await get<V1Job>(api, path);
  if (found === undefined || stateOf(found) === 'running') return;
  await remove(api, path);
  await waitFor(async () => (await get<V1Job>(api, path)) === undefined || undefined, { seconds: 10, period: 250 });
}

function underWay(namespace: string, name: string): Failure {
  return new Failure(
    `a login is under way already: Job ${namespace}/${name}`,
    `wait for it; or, if nobody waits for it any more: kubectl -n ${namespace} delete job ${name}`,
  );
}

function stateOf(job: V1Job | undefined): LoginState {
  if (job === undefined) return 'gone';
  const end = endOf(job);
  if (end === undefined) return 'running';
  if (end.succeeded) return 'complete';
  return end.reason?.startsWith('DeadlineExceeded') ? 'expired' : 'failed';
}

async function readLog(api: Api, namespace: string, pod: string): Promise<string | undefined> {
  const { body, status } = await api.send('GET', `/api/v1/namespaces/${namespace}/pods/${pod}/log`, { accept: '*/*' });
  return status === 200 ? body : undefined;
}
