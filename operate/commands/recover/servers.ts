import type { SystemPlan } from '../../../components/system';
import { waitFor } from '../../base/wait';
import { type Api, get, Refused } from '../../cluster/api';
import { waitForRollout } from '../../cluster/rollout';

interface Scale {
  readonly spec: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number; readonly selector?: string };
}

/** Seconds that pods have to end. */
const endSeconds = 300;

/** Does something while no server of a system runs, and starts them again whatever comes of it. */
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
  const paths = [...new Set(workloads.map(({ kind, name }) => pathOf(namespace, kind, name)))];
  const before = new Map<string, number>();
  try {
    for (const path of paths) {
      const { spec } = (await get<Scale>(api, path)) ?? { spec: {} };
      before.set(path, spec.replicas ?? 1);
      await scale(api, path, 0);
    }
    for (const path of paths) await gone(api, namespace, path, signal);
    return await work();
  } finally {
    // One that somebody had stopped before is started too: the system is to work in the end.
    for (const [path, replicas] of before) await scale(api, path, Math.max(replicas, 1));
    for (const { startupSeconds, ...workload } of workloads) {
      await waitForRollout(api, workload, { seconds: startupSeconds + endSeconds, signal });
    }
  }
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
    throw new Error(`pods ${selector} of namespace ${namespace} have not ended within ${endSeconds} s`);
  }
}
