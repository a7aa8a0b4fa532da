import { type FieldPath, isMap, stepInto } from './field-path';
import { type FieldTree, isWhole, stepsOf } from './field-tree';

/** A copy of an object without these fields. */
export function without<T>(object: T, paths: readonly FieldPath[]): T {
  const copy = structuredClone(object);
  for (const path of paths) {
    const parent = path.slice(0, -1).reduce<unknown>(stepInto, copy);
    const last = path.at(-1) ?? '';
    if (isMap(parent)) delete parent[last.slice(2)];
    if (Array.isArray(parent)) {
      const index = parent.indexOf(stepInto(parent, last));
      if (index >= 0) parent.splice(index, 1);
    }
  }
  return copy;
}

/** A copy of an object in which the fields of a tree are as another object has them; everything else stays. */
export function withFieldsOf<T>(object: T, source: unknown, tree: FieldTree): T {
  return grafted(object, source, tree) as T;
}

function grafted(target: unknown, source: unknown, tree: FieldTree): unknown {
  if (source === undefined) return target;
  if (isWhole(tree) || target === undefined || typeof target !== 'object' || target === null) return source;
  return Array.isArray(target) ? graftedList(target, source, tree) : graftedMap(target, source, tree);
}

function graftedMap(target: object, source: unknown, tree: FieldTree): unknown {
  const copy: Record<string, unknown> = { ...target };
  for (const step of stepsOf(tree)) {
    const field = step.slice(2);
    copy[field] = grafted(copy[field], stepInto(source, step), tree[step] as FieldTree);
  }
  return copy;
}

function graftedList(target: readonly unknown[], source: unknown, tree: FieldTree): unknown {
  const copy = [...target];
  for (const step of stepsOf(tree)) {
    const wanted = stepInto(source, step);
    if (wanted === undefined) continue;
    const index = copy.indexOf(stepInto(copy, step));
    if (index < 0) copy.push(wanted);
    else copy[index] = grafted(copy[index], wanted, tree[step] as FieldTree);
  }
  return copy;
}
