import { isDeepStrictEqual } from 'node:util';
import { type FieldPath, hasKeys, isMap, stepInto } from './field-path';
import { type FieldTree, stepsOf } from './field-tree';
import type { LiveObject } from './object';

/** A field that is not the same in two versions of an object; undefined where a version has none. */
export interface FieldDifference {
  readonly path: FieldPath;
  readonly wanted: unknown;
  readonly live: unknown;
}

/** What the API server keeps for itself. */
const bookkeeping: readonly string[] = [
  ...['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink'],
];

/**
 * Every field that differs between two versions of an object, apart from its status and the API server's bookkeeping.
 *
 * @param tree fields of both, by which items of lists are told apart
 */
export function objectDifferences(wanted: LiveObject, live: LiveObject, tree: FieldTree): FieldDifference[] {
  return differences(comparable(wanted), comparable(live), tree, []);
}

function comparable({ status: _status, ...object }: LiveObject): unknown {
  // An Application has no status of its own to write to: its running operation is part of the object.
  const { operation: _operation, ...rest } = object;
  const metadata = Object.entries(object.metadata).filter(([field]) => !bookkeeping.includes(field));
  return { ...(object.kind === 'Application' ? rest : object), metadata: Object.fromEntries(metadata) };
}

function differences(wanted: unknown, live: unknown, tree: FieldTree | undefined, path: FieldPath): FieldDifference[] {
  if (isDeepStrictEqual(wanted, live)) return [];
  if (isMap(wanted) && isMap(live)) {
    const steps = new Set([...Object.keys(wanted), ...Object.keys(live)].map((field) => `f:${field}`));
    return [...steps].flatMap((step) => below(step));
  }
  if (Array.isArray(wanted) && Array.isArray(live)) {
    const steps = itemSteps(tree, wanted, live);
    if (steps !== undefined) return steps.flatMap((step) => below(step));
    if (wanted.length === live.length) return wanted.flatMap((_, index) => below(`i:${index}`));
  }
  return [{ path, wanted, live }];

  function below(step: string): FieldDifference[] {
    return differences(stepInto(wanted, step), stepInto(live, step), tree?.[step], [...path, step]);
  }
}

/** The steps to the items of two lists; undefined where their items cannot be told apart. */
function itemSteps(tree: FieldTree | undefined, ...lists: readonly unknown[][]): readonly string[] | undefined {
  const steps = stepsOf(tree).filter((step) => step.startsWith('k:') || step.startsWith('v:'));
  const all = lists.every((list) => list.every((item) => steps.some((step) => names(step, item))));
  return steps.length > 0 && all ? steps : undefined;
}

function names(step: string, item: unknown): boolean {
  const value = JSON.parse(step.slice(2));
  return step.startsWith('v:') ? item === value : hasKeys(item, value);
}
