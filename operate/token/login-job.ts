import { type Api, get } from '../cluster/api';
import { podsWith } from '../cluster/pods';
import { Failure } from '../failure';

/** A login that was started. */
export interface LoginJob {
  readonly name: string;
  /** How far it is. */
  state(): Promise<'running' | 'complete' | 'expired' | 'failed' | 'gone'>;
  /** What it has written so far; the last that could be read where its pod is gone. */
  log(): Promise<string>;
  /** Removes it and its pod. */
  remove(): Promise<void>;
}

interface Job {
  readonly metadata: { readonly creationTimestamp: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[];
  };
}

interface CronJob {
  readonly metadata: { readonly uid: string };
  readonly spec: { readonly jobTemplate: { readonly metadata?: object; readonly spec: object } };
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
  const template = await get<CronJob>(api, `/apis/batch/v1/namespaces/${namespace}/cronjobs/${cronJob}`);
  if (template === undefined) {
    throw new Failure(`there is no CronJob ${namespace}/${cronJob} to start the login from`, 'run `pulumi up` first');
  }
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: cronJob, uid: template.metadata.uid };
  const body = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [{ ...owner, controller: true }],
    },
    spec: template.spec.jobTemplate.spec,
  };
  await clear(api, path);
  const { body: answer, status } = await api.send('POST', jobs, { body });
  if (status === 409) throw underWay(namespace, name);
  if (status >= 300) {
    throw new Failure(`the login cannot be started (status ${status}): ${answer.slice(0, 300)}`, 'check your rights');
  }
  let seen = '';
  return {
    name,
    state: async () => stateOf(await get<Job>(api, path)),
    log: async () => {
      seen = (await readLog(api, namespace, name)) ?? seen;
      return seen;
    },
    remove: async () => {
      await api.send('DELETE', `${path}?propagationPolicy=Background`);
    },
  };
}

/** Removes a login that has ended. */
async function clear(api: Api, path: string): Promise<void> {
  const found = await get<Job>(api, path);
  if (found === undefined || stateOf(found) === 'running') return;
  await api.send('DELETE', `${path}?propagationPolicy=Foreground`);
  for (let left = 40; left > 0 && (await get<Job>(api, path)) !== undefined; left--) {
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function underWay(namespace: string, name: string): Failure {
  return new Failure(
    `a login is under way already: Job ${namespace}/${name}`,
    `wait for it; or, if nobody waits for it any more: kubectl -n ${namespace} delete job ${name}`,
  );
}

function stateOf(job: Job | undefined): 'running' | 'complete' | 'expired' | 'failed' | 'gone' {
  if (job === undefined) return 'gone';
  const conditions = (job.status?.conditions ?? []).filter(({ status }) => status === 'True');
  if (conditions.some(({ type }) => type === 'Complete' || type === 'SuccessCriteriaMet')) return 'complete';
  const failed = conditions.find(({ type }) => type === 'Failed' || type === 'FailureTarget');
  if (failed === undefined) return 'running';
  return failed.reason === 'DeadlineExceeded' ? 'expired' : 'failed';
}

async function readLog(api: Api, namespace: string, job: string): Promise<string | undefined> {
  const [pod] = await podsWith(api, namespace, { 'batch.kubernetes.io/job-name': job });
  if (pod === undefined) return undefined;
  const { body, status } = await api.send('GET', `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}/log`);
  return status === 200 ? body : undefined;
}
