import type { ClusterFacts } from '../../../config/cluster';
import type { Described, DescribedObjects } from '../../system/described';
import type { PlannedObject } from '../../system/planned-object';
import { syncedObjects } from './sync';

/**
 * The objects of a plan, complete: what lets users in comes after every network policy, and each object that comes after
 * another names one that is there. The engine keeps to that order; Argo CD, where it is on the cluster, to the waves of
 * {@link syncedObjects}, which has policies before everything else too.
 *
 * @throws Error where an object comes after one that is not in the plan, or after itself
 */
export function plannedObjects<O extends DescribedObjects>(given: O, cluster: ClusterFacts): O {
  const objects = behindPolicies(given);
  const reached = new Set<string>();
  const follow = (key: string, path: readonly string[]): void => {
    const described = objects[key];
    if (!described) throw new Error(`${path.at(-1)} comes after ${key}, which is not in the plan`);
    if (path.includes(key)) throw new Error(`${[...path, key].join(' comes after ')}`);
    if (reached.has(key)) return;
    for (const other of described.after ?? []) follow(other, [...path, key]);
    reached.add(key);
  };
  for (const key of Object.keys(objects)) follow(key, []);
  const reachable = cluster.ipFamilies.length > 1 ? dualStack(objects) : objects;
  return cluster.argocd ? syncedObjects(reachable) : reachable;
}

/** Services of a cluster with both IP families have an address of each; which one is first the cluster says itself. */
function dualStack<O extends DescribedObjects>(objects: O): O {
  const entries = Object.entries(objects).map(([key, described]): [string, Described] => {
    const { object } = described;
    if (object.kind !== 'Service') return [key, described];
    return [key, { ...described, object: { ...object, spec: { ...object.spec, ipFamilyPolicy: 'PreferDualStack' } } }];
  });
  return Object.fromEntries(entries) as O;
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
