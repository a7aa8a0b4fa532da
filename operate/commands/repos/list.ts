import type { V1Deployment, V1Job } from '@kubernetes/client-node';
import type { RepositoryFacts } from '../../../components/system/operations';
import { inParallel } from '../../base/in-parallel';
import type { CommandRun } from '../../base/run';
import { type Api, get } from '../../cluster/api';
import { cronJobOf, endOf, jobsOf } from '../../cluster/job';
import { stackCluster } from '../../cluster/stack-cluster';
import { printReport } from '../../report/print';
import type { Finding, Status } from '../../report/report';
import { describedStack } from '../../stack';
import type { ReposOptions } from './command';
import { repositoriesOf } from './repositories';

/** Shows the repositories of a stack and how they are. @returns the exit code */
export async function list(run: CommandRun, options: ReposOptions): Promise<number> {
  const stack = describedStack(run.projectDir, options.stack);
  const { repositories, system } = repositoriesOf(stack, options);
  const { api } = await stackCluster(run.home, stack, options);
  const { signal } = run;
  const states = await inParallel(repositories, (each) => stateOf(api, system.namespace, each), { signal });
  const findings = repositories.map((each, index) => findingOf(stack.name, each, states[index] ?? {}));
  if (findings.length === 0) findings.push(none(system.path.join('.')));
  const facts = {
    system: system.id,
    repositories: repositories.map(({ name, source }, index) => ({ name, source, ...states[index] })),
  };
  return printReport({ command: 'repos list', stack: stack.name, findings, facts }, options);
}

/** How a repository is, part by part; a part that the plan does not have is absent. */
export interface RepositoryState {
  readonly index?: IndexState;
  readonly upload?: 'ready' | 'running' | 'missing';
  readonly watcher?: WatcherState;
}

type IndexState = 'done' | 'running' | 'failed' | 'missing';
type WatcherState = 'ready' | 'not ready' | 'missing';

async function stateOf(api: Api, namespace: string, facts: RepositoryFacts): Promise<RepositoryState> {
  const { job, upload, watcher } = facts;
  return {
    ...(job ? { index: indexState(await get<V1Job>(api, `/apis/batch/v1/namespaces/${namespace}/jobs/${job}`)) } : {}),
    ...(upload ? { upload: await uploadState(api, namespace, upload.cronJob) } : {}),
    ...(watcher ? { watcher: await watcherState(api, namespace, watcher) } : {}),
  };
}

function indexState(job: V1Job | undefined): IndexState {
  if (job === undefined) return 'missing';
  const end = endOf(job);
  if (end === undefined) return 'running';
  return end.succeeded ? 'done' : 'failed';
}

async function uploadState(api: Api, namespace: string, name: string): Promise<'ready' | 'running' | 'missing'> {
  const cronJob = await cronJobOf(api, namespace, name);
  if (cronJob === undefined) return 'missing';
  return (await jobsOf(api, namespace, cronJob)).some((job) => !endOf(job)) ? 'running' : 'ready';
}

async function watcherState(api: Api, namespace: string, name: string): Promise<WatcherState> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
  const deployment = await get<V1Deployment>(api, path);
  if (deployment === undefined) return 'missing';
  return (deployment.status?.readyReplicas ?? 0) > 0 ? 'ready' : 'not ready';
}

/** The line of a system that has no repositories yet. */
export function none(key: string): Finding {
  const remedy = `add them to the stack file, below ${key}.repositories`;
  return { subject: 'repositories', status: 'skipped', found: 'there are none', remedy };
}

/** A line of the table. */
export function findingOf(stack: string, { name, source }: RepositoryFacts, state: RepositoryState): Finding {
  const words = { index: 'index run', upload: 'uploads', watcher: 'watcher' };
  const parts = Object.entries(state).map(([part, value]) => `${words[part as keyof RepositoryState]} ${value}`);
  const found = [source, ...parts].join('; ');
  const { status, remedy } = worst(stack, Object.values(state));
  return { subject: `repository ${name}`, status, found, ...(remedy ? { remedy } : {}) };
}

function worst(stack: string, values: readonly string[]): { readonly status: Status; readonly remedy?: string } {
  if (values.includes('missing')) return { status: 'missing', remedy: `deploy the stack: pulumi up --stack ${stack}` };
  if (values.includes('failed')) return { status: 'failed', remedy: "read the log of the index run's pod" };
  if (values.includes('not ready')) return { status: 'warning', remedy: "see the events of the watcher's pod" };
  return { status: 'ok' };
}
