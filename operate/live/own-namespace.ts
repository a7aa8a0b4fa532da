import { workloadSelector } from '../../components/kit/objects/labels';
import { fieldManager } from '../../components/register/written';
import type { SystemPlan } from '../../components/system';
import { keyOf } from '../../config/problems';
import type { LiveObject } from './object';

/** Reads an object or a list; undefined where there is none. */
export type Look = <T>(path: string) => Promise<T | undefined>;

/** A namespace that a system makes for itself. */
export interface OwnNamespace {
  readonly name: string;
  /** Key of the stack file that names it. */
  readonly key: string;
}

/** A namespace of that name which somebody else made. */
export interface ForeignNamespace {
  /** Pods in it that are no server of the system. */
  readonly others: readonly string[];
  /** Whether a server like that of the plan runs there: an earlier installation. */
  readonly hasServer: boolean;
}

/** The namespace that a system makes; none where it shares one. */
export function ownNamespaceOf({ objects, path }: SystemPlan): OwnNamespace | undefined {
  const described = Object.values(objects).find(({ object }) => object.kind === 'Namespace');
  return described && { name: described.object.metadata.name, key: keyOf(described.namedBy ?? path) };
}

/**
 * Whose a system's own namespace is on a cluster. The engine would take over somebody else's without a word, and close it for
 * everybody who lives there.
 */
export async function ownerOf(
  look: Look,
  { operations: { servers } }: SystemPlan,
  { name }: OwnNamespace,
): Promise<'nobody' | 'us' | ForeignNamespace> {
  const path = `/api/v1/namespaces/${name}`;
  const found = await look<LiveObject>(path);
  if (found === undefined) return 'nobody';
  if (isOurs(found)) return 'us';
  const { items: pods = [] } = (await look<{ items: readonly LiveObject[] }>(`${path}/pods`)) ?? {};
  // An earlier installation has the labels by which workloads select, and not always more.
  const selectors = servers.map(({ podLabels }) => Object.entries(workloadSelector(podLabels)));
  const others = pods.filter(
    ({ metadata: { labels = {} } }) =>
      !selectors.some((selector) => selector.every(([label, value]) => labels[label] === value)),
  );
  return { others: others.map(({ metadata }) => metadata.name), hasServer: others.length < pods.length };
}

/** Whether this program has ever written a namespace; nobody else has its field manager, and its label says whose it is. */
function isOurs({ metadata: { labels, managedFields = [] } }: LiveObject): boolean {
  return (
    managedFields.some(({ manager }) => manager === fieldManager) ||
    labels?.['app.kubernetes.io/part-of'] === 'memory-fleet'
  );
}

/** Pods in words, such as `shop-0 and 2 more pods`. */
export function podsInWords([first = 'nobody', ...more]: readonly string[]): string {
  if (more.length === 0) return first;
  return `${first} and ${more.length} more ${more.length === 1 ? 'pod' : 'pods'}`;
}
