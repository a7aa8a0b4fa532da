import { type Api, type ApiObject, apply, get } from '../cluster/api';
import { simulatedTaint } from './kinds-of-nodes';

/** Annotation by which kwok knows the nodes that it plays. */
export const simulatedMark = { key: 'kwok.x-k8s.io/node', value: 'fake' } as const;

/**
 * Simulated machines: each in a zone of its own, with room for everything a stack describes.
 *
 * @param tainted whether pods must tolerate them
 */
export function simulatedNodes(count: number, tainted: boolean): readonly ApiObject[] {
  return Array.from({ length: count }, (_, index) => simulatedNode(index + 1, tainted));
}

function simulatedNode(number: number, tainted: boolean): ApiObject {
  const name = `node-${number}`;
  const room = { cpu: '32', memory: '256Gi', 'ephemeral-storage': '1Ti', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: { [simulatedMark.key]: simulatedMark.value },
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/region': 'local',
        'topology.kubernetes.io/zone': `local-${number}`,
        type: 'kwok',
      },
    },
    ...(tainted && { spec: { taints: [simulatedTaint] } }),
    status: { allocatable: room, capacity: room },
  };
}

/** Creates the nodes that are missing. */
export async function ensureNodes(api: Api, count: number, tainted: boolean): Promise<void> {
  for (const node of simulatedNodes(count, tainted)) await apply(api, '/api/v1/nodes', node);
}

/** How many nodes report Ready. */
export async function readyNodes(api: Api): Promise<number> {
  const list = await get<{ readonly items: readonly WithConditions[] }>(api, '/api/v1/nodes');
  return (list?.items ?? []).filter((node) => holds(node, 'Ready')).length;
}

/** An object whose state is told by conditions. */
export interface WithConditions {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastHeartbeatTime?: string;
    }[];
  };
}

/**
 * Whether a condition of an object holds.
 *
 * @param since moment in milliseconds; what was said last before it counts no more. Only conditions of nodes say when
 */
export function holds(object: WithConditions | undefined, condition: string, since = 0): boolean {
  return (object?.status?.conditions ?? []).some(
    ({ type, status, lastHeartbeatTime }) =>
      type === condition &&
      status === 'True' &&
      (lastHeartbeatTime === undefined || Date.parse(lastHeartbeatTime) >= since),
  );
}
