import type { Described, DescribedObjects } from '../../system/described';
import { templateOf } from '../objects/pod-template';
import { referencesOf } from '../objects/references';

/**
 * Marks the workloads that nobody can wait for, because somebody has to bring something first: a Secret, a ConfigMap or a
 * claim that no object of the plan is, or what their description says itself. Whatever comes after one of them cannot be
 * waited for either. A first `up` thus ends, and what is missing comes later.
 *
 * What the External Secrets operator makes counts as somebody's: its value may not be in the store yet.
 */
export function withAwaited<O extends DescribedObjects>(objects: O): O {
  const made = new Set(Object.values(objects).map(({ object }) => `${object.kind}/${object.metadata.name}`));
  const known = new Map<string, boolean>();
  const isAwaited = (key: string): boolean => {
    const described = objects[key];
    const before = known.get(key);
    if (before !== undefined || !described) return before ?? true;
    // Against circles, which the order of the plan refuses with a better message.
    known.set(key, true);
    const awaited = bringsAll(described, made) && (described.after ?? []).every(isAwaited);
    known.set(key, awaited);
    return awaited;
  };
  const marked = Object.entries(objects).map(([key, described]) => [
    key,
    isWorkload(described) && !isAwaited(key) ? { ...described, awaited: false } : described,
  ]);
  return Object.fromEntries(marked) as O;
}

function isWorkload({ awaited, object }: Described): boolean {
  return object.kind === 'Deployment' || object.kind === 'StatefulSet' || (object.kind === 'Job' && awaited === true);
}

function bringsAll(described: Described, made: ReadonlySet<string>): boolean {
  if (described.awaited === false) return false;
  const pod = isWorkload(described) ? templateOf(described.object)?.spec : undefined;
  return pod ? referencesOf(pod).every(({ kind, name, optional }) => optional || made.has(`${kind}/${name}`)) : true;
}
