import type { ClusterFacts } from '../../../config/cluster';
import type { Described, DescribedObjects } from '../../system/described';
import type { ObjectMeta, PlannedObject } from '../../system/planned-object';
import { syncWave } from '../objects/sync-options';

/**
 * The objects of a plan, complete: what lets users in comes after every network policy, each object that comes after another
 * names one that is there, and with Argo CD on the cluster the order is written as sync waves too, so that both keep to it.
 *
 * @throws Error where an object comes after one that is not in the plan, or after itself
 */
export function plannedObjects<O extends DescribedObjects>(given: O, cluster: ClusterFacts): O {
  const objects = behindPolicies(given);
  const waves = new Map<string, number>();
  const waveOf = (key: string, path: readonly string[]): number => {
    const described = objects[key];
    if (!described) throw new Error(`${path.at(-1)} comes after ${key}, which is not in the plan`);
    if (path.includes(key)) throw new Error(`${[...path, key].join(' comes after ')}`);
    const known = waves.get(key);
    if (known !== undefined) return known;
    const before = (described.after ?? []).map((other) => waveOf(other, [...path, key]));
    // The namespace is before everything, without being named.
    const wave = key === 'namespace' ? 0 : 1 + Math.max(0, ...before);
    waves.set(key, wave);
    return wave;
  };
  const entries = Object.entries(objects).map(([key, described]) => [key, inWave(described, waveOf(key, []))] as const);
  return cluster.argocd ? (Object.fromEntries(entries) as O) : objects;
}

/** Nobody is let in before the policies say who that may be. */
function behindPolicies<O extends DescribedObjects>(objects: O): O {
  const entries = Object.entries(objects);
  const policies = entries.filter(([, { object }]) => isPolicy(object)).map(([key]) => key);
  const ordered = entries.map(([key, described]): [string, Described] =>
    policies.length > 0 && isOpening(described.object)
      ? [key, { ...described, after: [...(described.after ?? []), ...policies] }]
      : [key, described],
  );
  return Object.fromEntries(ordered) as O;
}

function isPolicy({ kind }: PlannedObject): boolean {
  return kind === 'NetworkPolicy' || kind === 'CiliumNetworkPolicy';
}

function isOpening(object: PlannedObject): boolean {
  if (object.kind === 'Service') return object.spec?.type === 'NodePort' || object.spec?.type === 'LoadBalancer';
  return object.kind === 'HTTPRoute' || object.kind === 'Ingress';
}

function inWave(described: Described, wave: number): Described {
  if (described.deliveredBy === 'pulumi') return described;
  const { object } = described;
  const metadata: ObjectMeta = {
    ...object.metadata,
    annotations: { ...object.metadata.annotations, [syncWave]: String(wave) },
  };
  return { ...described, object: { ...object, metadata } satisfies PlannedObject };
}
