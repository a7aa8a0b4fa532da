import { isDeepStrictEqual } from 'node:util';
import { customResourceGroups } from '../../../components/register/objects';
import type { KubernetesObject } from '../../../components/system/described';

/**
 * The fields in which two objects of one kind differ, as far as the engine tells them apart: each as `<sign><path>`, where
 * `+` is only in the second, `-` only in the first, and `~` in both with another value. What a list or a deeper field
 * says makes no difference to the engine.
 */
export function changedFields(before: KubernetesObject, after: KubernetesObject): string[] {
  const custom = customResourceGroups.has(after.apiVersion.split('/')[0] ?? '');
  return changedIn(plain(before), plain(after), [], custom ? 1 : deepest).sort();
}

/**
 * How many names the longest path has at which the engine's provider decides between an update and a replacement:
 * `spec.selector.matchLabels`. Of custom resources it knows nothing but the metadata.
 */
const deepest = 3;

/** Where it is fewer, whatever the kind. */
const shallow: Readonly<Record<string, number>> = { metadata: 2, data: 1, stringData: 1 };

function changedIn(before: unknown, after: unknown, path: readonly string[], depth: number): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  const at = path.join('.');
  if (before === undefined) return [`+${at}`];
  if (after === undefined) return [`-${at}`];
  const [top = ''] = path;
  if (!isMap(before) || !isMap(after) || (top !== '' && path.length >= (shallow[top] ?? depth))) return [`~${at}`];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    changedIn(before[key], after[key], [...path, key], depth),
  );
}

/** What is left of an object on its way to the engine, which knows no undefined values. */
function plain(object: KubernetesObject): unknown {
  return JSON.parse(JSON.stringify(object));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
