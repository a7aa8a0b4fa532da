import { isDeepStrictEqual } from 'node:util';
import { stackSchema } from '../../../components/stack';
import { encrypted } from '../../../config/fields';
import { isPromoted } from '../../../config/promotion';
import type { DescribedStack } from '../../stack';

/** A key that has one value on one stack and another on the other. */
export interface KeyDifference {
  /** Such as `memoryMcp.image`. */
  readonly key: string;
  readonly path: readonly string[];
  /** Undefined where the stack has no value and there is no default. */
  readonly from: unknown;
  readonly to: unknown;
  /** Whether it is a change to promote; else it differs by the nature of the clusters. */
  readonly promoted: boolean;
}

/** Every key whose effective value, defaults filled in, differs. Encrypted values are not compared. */
export function keyDifferences(from: DescribedStack, to: DescribedStack): KeyDifference[] {
  return differencesAt(from.config, to.config, []);
}

function differencesAt(from: unknown, to: unknown, path: readonly string[]): KeyDifference[] {
  if (from === encrypted || to === encrypted || isDeepStrictEqual(from, to)) return [];
  if (isMap(from) && isMap(to) && isSameKind(from, to)) {
    const keys = [...new Set([...Object.keys(to), ...Object.keys(from)])];
    return keys.flatMap((key) => differencesAt(from[key], to[key], [...path, key]));
  }
  // Whether a cluster has a system at all is never taken over.
  const promoted = path.length > 1 && isPromoted(stackSchema, path) === true;
  return [{ key: path.join('.'), path, from, to, promoted }];
}

/** Maps of different kinds share no keys worth comparing: a bearer proxy has an image, and a Gateway's keys have none. */
function isSameKind(from: Values, to: Values): boolean {
  return ['mode', 'source'].every((kind) => from[kind] === to[kind]);
}

type Values = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
