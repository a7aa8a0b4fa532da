import type { SystemPlan } from '../../../components/system';
import { Failure, messageOf } from '../../base/failure';
import { waitFor } from '../../base/wait';
import { type Api, get, Refused } from '../../cluster/api';
import { waitForRollout } from '../../cluster/rollout';

interface Scale {
  readonly spec: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number; readonly selector?: string };
}

/** Seconds that pods have to end. */
const endSeconds = 300;

/**
 * Does something while no server of a system runs, and starts them again whatever comes of it.
 *
 * @throws Failure where their pods do not end, or one of them cannot be started again; what the work throws; Interrupted
 */
export async function withoutServers<T>(
  api: Api,
  { namespace, operations }: SystemPlan,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const workloads = operations.servers.map(({ startupSeconds, workload }) => ({
    ...workload,
    namespace,
    startupSeconds,
  }));
  const stopped = new Map<string, Stopped>();
  let failed: unknown;
  try {
    for (const { kind, name } of workloads) {
      const path = pathOf(namespace, kind, name);
      if (stopped.has(path)) continue;
      const { spec } = (await get<Scale>(api, path)) ?? { spec: {} };
      stopped.set(path, { kind, name, replicas: spec.replicas ?? 1 });
      await scale(api, path, 0);
    }
    for (const path of stopped.keys()) await gone(api, namespace, path, signal);
    return await work();
  } catch (error) {
    failed = error;
    throw error;
  } finally {
    await startAgain(api, namespace, stopped, failed);
    for (const { startupSeconds, ...workload } of failed === undefined ? workloads : []) {
      await waitForRollout(api, workload, { seconds: startupSeconds + endSeconds, signal });
    }
  }
}

interface Stopped {
  readonly kind: string;
  readonly name: string;
  readonly replicas: number;
}

/** Each of them, whatever becomes of the others. One that somebody had stopped before is started too: the system is to work in the end. */
async function startAgain(
  api: Api,
  namespace: string,
  stopped: ReadonlyMap<string, Stopped>,
  before: unknown,
): Promise<void> {
  const faults: string[] = [];
  const commands: string[] = [];
  for (const [path, { kind, name, replicas: former }] of stopped) {
    const replicas = Math.max(former, 1);
    try {
      await scale(api, path, replicas);
    } catch (error) {
      faults.push(`${kind} ${namespace}/${name} is stopped and could not be started again: ${messageOf(error)}`);
      commands.push(`kubectl -n ${namespace} scale ${kind.toLowerCase()}/${name} --replicas ${replicas}`);
    }
  }
  if (faults.length === 0) return;
  const all = before === undefined ? faults : [messageOf(before), ...faults];
  throw new Failure(all.join('\n'), commands.join(' && '));
}

function pathOf(namespace: string, kind: string, name: string): string {
  return `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s/${name}/scale`;
}

async function scale(api: Api, path: string, replicas: number): Promise<void> {
  const answer = await api.send('PATCH', path, {
    body: { spec: { replicas } },
    contentType: 'application/merge-patch+json',
  });
  if (answer.status >= 300) throw new Refused(`PATCH ${path}`, answer);
}

/** Pods that still end may still write, and the controller counts them no more. */
async function gone(api: Api, namespace: string, path: string, signal: AbortSignal): Promise<void> {
  const selector = (await get<Scale>(api, path))?.status?.selector ?? '';
  const pods = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`;
  const none = async () => ((await get<{ items: unknown[] }>(api, pods))?.items.length === 0 ? true : undefined);
  if ((await waitFor(none, { seconds: endSeconds, signal })) === undefined) {
    const look = `kubectl -n ${namespace} get pods -l ${selector}`;
    throw new Failure(
      `pods of the servers have not ended within ${endSeconds} s`,
      `see what holds them: ${look}; then run this again`,
    );
  }
}
