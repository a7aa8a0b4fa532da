import type { ClusterFacts } from '../../../config/cluster';
import type { Described, DescribedObjects } from '../../system/described';
import type { ObjectMeta, PlannedObject } from '../../system/planned-object';
import { syncWave } from '../objects/sync-options';

/**
 * The objects of a plan, complete: each that comes after another names one that is there, and with Argo CD on the cluster
 * the order is written as sync waves too, so that both keep to it.
 *
 * @throws Error where an object comes after one that is not in the plan, or after itself
 */
export function plannedObjects<O extends DescribedObjects>(objects: O, cluster: ClusterFacts): O {
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

function inWave(described: Described, wave: number): Described {
  if (described.deliveredBy === 'pulumi') return described;
  const { object } = described;
  const metadata: ObjectMeta = {
    ...object.metadata,
    annotations: { ...object.metadata.annotations, [syncWave]: String(wave) },
  };
  return { ...described, object: { ...object, metadata } satisfies PlannedObject };
}
