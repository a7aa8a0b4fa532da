import fc from 'fast-check';
import type { Plan } from '../../components/system';
import type { ConfigError } from '../../config/parse';

export type Path = readonly string[];
export type Raw = Record<string, unknown>;

/** Keys that a mutation may set, each with values that are right, wrong, or right and dangerous. */
export type Pools = Readonly<Record<string, readonly unknown[]>>;

/** A stack file with one change. */
export interface Mutation {
  readonly path: Path;
  /** The key as it should have been spelt, where the mutation is a spelling error. */
  readonly meant?: Path;
  readonly raw: Raw;
}

/**
 * One change to a file: a value from a pool, a misspelt key, or a key that does not exist.
 * @param maps where a key that does not exist is put
 */
export function mutation(base: Raw, pools: Pools, maps: readonly Path[]): fc.Arbitrary<Mutation> {
  const set = fc
    .constantFrom(...Object.entries(pools))
    .chain(([key, values]) => fc.constantFrom(...values).map((value) => changed(base, key.split('.'), value)));
  const existing = fc.constantFrom(...paths(base));
  const misspelt = fc.tuple(existing, fc.nat(20)).map(([path, position]) => misspell(base, path, position));
  const unknown = fc.constantFrom(...maps).map((parent) => changed(base, [...parent, 'replicas'], 3));
  return fc.oneof({ weight: 6, arbitrary: set }, { weight: 2, arbitrary: misspelt }, { weight: 1, arbitrary: unknown });
}

function changed(base: Raw, path: Path, value: unknown): Mutation {
  const raw = structuredClone(base);
  const parent = path.slice(0, -1).reduce<Raw>((object, key) => {
    object[key] ??= {};
    return object[key] as Raw;
  }, raw);
  const last = path.at(-1) as string;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return { path, raw };
}

function misspell(base: Raw, path: Path, position: number): Mutation {
  const raw = structuredClone(base);
  const parent = path.slice(0, -1).reduce<Raw>((object, key) => object[key] as Raw, raw);
  const key = path.at(-1) as string;
  const at = position % key.length;
  const wrong = `${key.slice(0, at)}${key[at]}${key.slice(at)}`;
  parent[wrong] = parent[key];
  delete parent[key];
  return { path: [...path.slice(0, -1), wrong], meant: path, raw };
}

function paths(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...paths(inner, [...path, key])]);
}

/** Objects whose loss is a loss of data, by system and key. */
export function dataOf({ systems }: Plan): Record<string, unknown> {
  return Object.fromEntries(
    systems.flatMap(({ id: name, objects }) =>
      Object.entries(objects).flatMap(([key, { holdsData, object }]) =>
        holdsData ? [[`${name} ${key}`, object]] : [],
      ),
    ),
  );
}

/**
 * Whether an error names the key that was changed: the key itself, one inside or around it, the one it should have been, a
 * key whose demand names it, or, where the key chooses a variant, one that this variant needs beside it.
 */
export function isNamed(error: ConfigError, path: Path, meant: Path = path): boolean {
  const key = path.join('.');
  return error.problems.some(
    (problem) =>
      problem.key.startsWith(key) ||
      key.startsWith(problem.key) ||
      problem.key === meant.join('.') ||
      (variants.has(path.at(-1) ?? '') && problem.key.startsWith(`${path.slice(0, -1).join('.')}.`)) ||
      mentions(problem.expected, path),
  );
}

/** Keys whose value decides which others there are beside it. */
const variants: ReadonlySet<string> = new Set(['source', 'mode', 'kind']);

function mentions(text: string, path: Path): boolean {
  return (
    path.some((_, length) => length > 0 && text.includes(path.slice(0, length + 1).join('.'))) ||
    text.includes(path.at(-1) ?? '')
  );
}
