import { type Api, type ApiObject, apply, get } from '../cluster/api';

/** Simulated machines: each in a zone of its own, with room for everything a stack describes. */
export function simulatedNodes(count: number): readonly ApiObject[] {
  return Array.from({ length: count }, (_, index) => simulatedNode(index + 1));
}

function simulatedNode(number: number): ApiObject {
  const name = `node-${number}`;
  const room = { cpu: '32', memory: '256Gi', 'ephemeral-storage': '1Ti', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/region': 'local',
        'topology.kubernetes.io/zone': `local-${number}`,
        type: 'kwok',
      },
    },
    status: { allocatable: room, capacity: room },
  };
}

/** Creates the nodes that are missing. */
export async function ensureNodes(api: Api, count: number): Promise<void> {
  for (const node of simulatedNodes(count)) await apply(api, '/api/v1/nodes', node);
}

/** How many nodes report Ready. */
export async function readyNodes(api: Api): Promise<number> {
  const list = await get<NodeList>(api, '/api/v1/nodes');
  return (list?.items ?? []).filter(isReady).length;
}

interface NodeList {
  readonly items: readonly {
    readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
  }[];
}

function isReady(node: NodeList['items'][number]): boolean {
  return (node.status?.conditions ?? []).some((each) => each.type === 'Ready' && each.status === 'True');
}
