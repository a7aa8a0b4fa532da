import type { ClusterFacts } from '../../../../config/cluster';
import { billionths, inCores } from '../../../../config/fields/quantities';
import { type Answer, missing, ok } from '../check';
import type { ClusterReader } from '../cluster-reader';
import { shortened } from './point';

/** Number of nodes and size of each that the checklist asks for. */
export const least = { nodes: 3, cores: 4, gigabytes: 16 };

interface Taint {
  readonly key: string;
  readonly effect: string;
  readonly value?: string;
}

export interface Node {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] };
  readonly status?: {
    readonly capacity?: Readonly<Record<string, string>>;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** Nodes that are ready and take pods of this stack. */
export async function workers(look: ClusterReader, facts: ClusterFacts): Promise<readonly Node[]> {
  return (await look.list<Node>('/api/v1/nodes')).filter((node) => takesPods(node, facts.pods.tolerations ?? []));
}

type Toleration = NonNullable<ClusterFacts['pods']['tolerations']>[number];

export function takesPods({ spec, status }: Node, tolerations: readonly Toleration[]): boolean {
  const isReady = status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
  const closing = (spec?.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule');
  return isReady && spec?.unschedulable !== true && closing.every((taint) => tolerations.some(tolerates(taint)));
}

const tolerates =
  ({ effect, key, value = '' }: Taint) =>
  (toleration: Toleration): boolean =>
    (toleration.key === undefined || toleration.key === key) &&
    (toleration.effect === undefined || toleration.effect === effect) &&
    (toleration.operator === 'Exists' || (toleration.value ?? '') === value);

export function nodesAnswer(nodes: readonly Node[]): Answer {
  const names = shortened(nodes.map(({ metadata }) => metadata.name));
  if (nodes.length >= least.nodes) return ok(`${nodes.length}: ${names}`);
  const remedy = 'add nodes: a node that is lost takes everything along that runs on it alone';
  return missing(nodes.length === 0 ? 'none that is ready' : `${nodes.length}: ${names}`, remedy);
}

/** A machine keeps a little of its memory for itself before the kernel counts it. */
const counted = 0.95;

export function sizesAnswer(nodes: readonly Node[]): Answer {
  const sizes = nodes.map(({ metadata: { name }, status }) => ({
    name,
    cores: billionths(status?.capacity?.cpu ?? '0') ?? 0n,
    gigabytes: Number((billionths(status?.capacity?.memory ?? '0') ?? 0n) / 1_000_000_000n) / 1e9,
  }));
  const words = ({ cores, gigabytes, name }: (typeof sizes)[number]) =>
    `${name} ${inCores(cores)} cores, ${gigabytes.toFixed(1)} GB`;
  const small = sizes.filter(
    ({ cores, gigabytes }) => cores < BigInt(least.cores) * 1_000_000_000n || gigabytes < least.gigabytes * counted,
  );
  if (sizes.length === 0) return missing('no node is ready', 'see the nodes: kubectl get nodes');
  if (small.length === 0) return ok(shortened(sizes.map(words)));
  return missing(
    `smaller: ${shortened(small.map(words))}`,
    'use larger nodes, or see that the requests of the plan fit: the limits may then be too much for one node',
  );
}
