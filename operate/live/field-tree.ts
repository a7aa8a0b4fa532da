import type { FieldPath } from './field-path';

/**
 * Which fields of an object a manager wrote, as managed fields say it. A step without steps below it is a field written as a
 * whole; `.` marks a map or an item that was itself written, beside fields in it.
 */
export interface FieldTree {
  readonly [step: string]: FieldTree;
}

/** The steps below a place, without the mark of the place itself. */
export function stepsOf(tree: FieldTree | undefined): readonly string[] {
  return Object.keys(tree ?? {}).filter((step) => step !== '.');
}

/** Whether a place was written as a whole: nothing below it is told apart. */
export function isWhole(tree: FieldTree | undefined): boolean {
  return tree !== undefined && stepsOf(tree).length === 0;
}

/** The fields of all trees together. */
export function union(trees: readonly (FieldTree | undefined)[]): FieldTree {
  const merged: Record<string, FieldTree> = {};
  const steps = new Set(trees.flatMap((tree) => Object.keys(tree ?? {})));
  for (const step of steps) merged[step] = union(trees.map((tree) => tree?.[step]));
  return merged;
}

/** Whether a tree has a field: the field itself, something in it, or a whole that it is part of. */
export function touches(tree: FieldTree, path: FieldPath): boolean {
  let place: FieldTree = tree;
  for (const step of path) {
    const next = place[step];
    if (next === undefined) return place !== tree && isWhole(place);
    place = next;
  }
  return true;
}

/** The outermost fields that the first tree has and the second has not. */
export function beyond(tree: FieldTree, other: FieldTree, path: FieldPath = []): FieldPath[] {
  return stepsOf(tree).flatMap((step) => {
    const [own, theirs] = [tree[step] as FieldTree, other[step]];
    const here = [...path, step];
    if (theirs !== undefined) return isWhole(theirs) ? [] : beyond(own, theirs, here);
    // Labels and annotations are told apart even where the other tree has none of them: each has a meaning of its own.
    return opened.has(here.join('/')) && !isWhole(own) ? beyond(own, {}, here) : [here];
  });
}

/** The part of a tree at and below these fields. */
export function part(tree: FieldTree, paths: readonly FieldPath[]): FieldTree {
  return union(paths.map((path) => at(tree, path)));
}

function at(tree: FieldTree | undefined, [step, ...rest]: FieldPath): FieldTree | undefined {
  if (step === undefined) return tree;
  const below = at(tree?.[step], rest);
  return below === undefined ? undefined : { [step]: below };
}

const opened: ReadonlySet<string> = new Set(['f:metadata', 'f:metadata/f:labels', 'f:metadata/f:annotations']);
