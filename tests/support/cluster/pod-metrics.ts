import type { V1Pod } from '@kubernetes/client-node';
import { billionths } from '../../../config/fields/quantities';
import { type Api, connect, create, get } from '../../../operate/cluster/api';
import { controlPlane } from './control-plane';

/** What each pod of a kind uses, in percent of what it requests. */
export interface Load {
  readonly cpu: number;
  readonly memory: number;
}

/**
 * Says what pods use, as metrics-server would of pods that run something; the API of metrics has to be served, see
 * `World.serve`. Autoscalers of the real controller manager read it.
 *
 * @param loads by the label `app.kubernetes.io/component`
 */
export async function sayLoads(namespace: string, loads: Readonly<Record<string, Load>>): Promise<void> {
  const api = await connect(controlPlane().cluster.kubeconfig);
  const { items = [] } = (await get<{ items: V1Pod[] }>(api, `/api/v1/namespaces/${namespace}/pods`)) ?? {};
  const loaded = items.flatMap((pod) => {
    const load = loads[pod.metadata?.labels?.['app.kubernetes.io/component'] ?? ''];
    return load && pod.status?.phase === 'Running' ? [say(api, namespace, pod, load)] : [];
  });
  await Promise.all(loaded);
}

async function say(api: Api, namespace: string, { metadata, spec }: V1Pod, { cpu, memory }: Load): Promise<void> {
  const { labels = {}, name = '' } = metadata ?? {};
  const containers = (spec?.containers ?? []).map(({ name: container, resources }) => ({
    name: container,
    usage: {
      cpu: `${share(resources?.requests?.cpu, cpu)}n`,
      memory: String(share(resources?.requests?.memory, memory) / 1_000_000_000n),
    },
  }));
  const collection = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`;
  const body = {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'PodMetrics',
    // By its labels an autoscaler finds it, as it finds the pod.
    metadata: { name, namespace, labels },
    timestamp: new Date().toISOString(),
    // A sample counts once it is of a window after the pod became ready.
    window: '1s',
    containers,
  };
  const { status } = await api.send('PATCH', `${collection}/${name}`, {
    body,
    contentType: 'application/merge-patch+json',
  });
  if (status === 404) await create(api, collection, body);
}

function share(request: string | undefined, percent: number): bigint {
  return ((billionths(request ?? '0') ?? 0n) * BigInt(percent)) / 100n;
}
