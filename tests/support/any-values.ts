import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describeStack, parseStack } from '../../components/stack';
import type { Plan } from '../../components/system';
import { encrypted } from '../../config/fields';
import { ConfigError } from '../../config/parse';
import { configKeys, type JsonSchema } from '../../operate/commands/generate/json-schema';
import { checkPlan } from '../../policies/check';
import { fileOf, goddess, lab } from './random-changes';

type Data = Record<string, unknown>;

/** A key of stack files with everything around it that it needs, but without a value of its own. */
export interface Leaf {
  readonly path: string;
  /** Values that are right for it by themselves. */
  readonly right: readonly unknown[];
  /** The file with a value of this key. */
  with(value: unknown): Data;
}

/** Values that some field takes; the others must say so. */
const taken = [
  ...['a', 'example.org', 'registry.example.org/a:1', 'https://example.org', 'https://example.org/a', 'http://a.b:1'],
  ...['ssh://git@example.org:2222/a', 'https://[2001:db8::1]:8443/a', 'https://a.b.svc.cluster.local./a', 'a.b:1'],
  ...['10.0.0.0/8', '::/0', '1Gi', '250m', '0 3 * * *', '@daily', 'a/b', 'a_b', 'model.gguf', 'm-00001-of-00002.gguf'],
  ...[
    'a reason that is long enough',
    'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    '*.example.org',
    'f'.repeat(64),
    'a'.repeat(63),
  ],
];

/** Values that were typed by mistake somewhere, or could be. */
const mistaken: readonly unknown[] = [
  ...[
    '',
    ' ',
    '\n',
    '\u0000',
    '.',
    '..',
    '/',
    ':',
    '@',
    '%',
    '-',
    '[',
    '*',
    '~',
    '<<',
    'null',
    'true',
    '0',
    '1e3',
    '__proto__',
  ],
  ...[
    'ssh://git@github.com:org/repo',
    'git@github.com:org/repo',
    'https://',
    'https://:1',
    'https://[::1',
    'https://%',
    '//a',
  ],
  ...[
    'https://u:p@h/x',
    'http://a:99999',
    'C:\\a',
    'a\\b',
    '999.1.1.1/8',
    '1.1.1.1/33',
    '* * * * 7',
    '@every',
    '$(id)',
    '`id`',
  ],
  ...['{{ a }}', '%s', "'", '"', 'é', '\u202e', '\ud800', 'a'.repeat(3000), '2024-08-28 00:00:00 +0000 UTC'],
  ...[null, true, 0, -1, 1.5, 1e30, [], [null], [[]], {}, { secure: 1 }, { __proto__: null }, encrypted, [encrypted]],
];

/** Values of every kind that a file can hold, among them many that are right for a key. */
export function valuesOf({ right }: Leaf): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<unknown>(...(right.length > 0 ? right : [undefined])) },
    { weight: 4, arbitrary: fc.constantFrom<unknown>(...taken, ...mistaken) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...taken), fc.nat(80), fc.string({ maxLength: 2 })).map(spoilt) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  );
}

/** A value with something else in one place. */
function spoilt([value, place, other]: [string, number, string]): string {
  const at = place % (value.length + 1);
  return value.slice(0, at) + other + value.slice(at + 1);
}

/** A cluster that has everything which some key asks for, and small systems on it. */
const around: Readonly<Record<string, Data>> = {
  cluster: {
    ...(fileOf(goddess).cluster as Data),
    ...(fileOf(lab).cluster as Data),
    production: false,
    externalSecrets: { store: 'vault' },
  },
  memoryMcp: { authentication: { mode: 'none', reason: 'nobody else is there' } },
  contextEngine: { image: 'registry.example.org/a:1', repositories: [{ source: 'upload', name: 'b' }] },
};

/** Every key of stack files, each variant of a union apart. */
export function leaves(): Leaf[] {
  return Object.entries(configKeys()).flatMap(([key, schema]) =>
    below(key, schema, (value) => ({ ...around, [key]: merged(around[key], value) })),
  );
}

function below(path: string, schema: JsonSchema, put: (value: unknown) => Data): Leaf[] {
  const own: Leaf = { path, right: rightFor(schema), with: put };
  const variants = schema.oneOf ?? [schema];
  const inside = variants.flatMap((variant) => {
    const { additionalProperties: held, items, properties = {}, required = [] } = variant;
    const needed = Object.fromEntries(required.map((name) => [name, rightFor(properties[name])[0]]));
    const keys = Object.entries(properties).flatMap(([name, inner]) =>
      below(`${path}.${name}`, inner, (value) => put({ ...needed, [name]: value })),
    );
    if (items) return below(`${path}[]`, items, (value) => put([value]));
    if (typeof held !== 'object') return keys;
    const name = (value: unknown) => put({ [typeof value === 'string' ? value : 'a b']: rightFor(held)[0] });
    return [
      ...below(`${path}.NAME`, held, (value) => put({ a: value })),
      { path: `${path} (name)`, right: ['a', 'example.org/a'], with: name },
    ];
  });
  return [own, ...inside];
}

/** Values that a key takes, as far as its schema tells. */
function rightFor(schema: JsonSchema = {}): unknown[] {
  const {
    default: byDefault,
    enum: choices,
    items,
    maximum,
    minimum,
    minItems,
    oneOf,
    properties = {},
    required = [],
  } = schema;
  if (schema.const !== undefined) return [schema.const];
  if (choices) return [...choices];
  if (oneOf) return oneOf.flatMap((variant) => rightFor(variant).slice(0, 1));
  const first = byDefault === undefined ? [] : [byDefault];
  switch (schema.type) {
    case 'object':
      return [...first, Object.fromEntries(required.map((name) => [name, rightFor(properties[name])[0]]))];
    case 'array':
      return [...first, ...(minItems ? [] : [[]]), rightFor(items).slice(0, 1)];
    case 'integer':
      return [...first, minimum, maximum];
    case 'boolean':
      return [true, false];
    default:
      return [...first, ...taken.filter((value) => new RegExp(schema.pattern ?? '', 'u').test(value))];
  }
}

/** A map with the keys of another one on top, unless that is of another variant. */
function merged(base: unknown, top: unknown): unknown {
  if (!isMap(base) || !isMap(top)) return top;
  const tells = ['kind', 'mode', 'source'].find((name) => name in top);
  if (tells !== undefined && base[tells] !== top[tells]) return top;
  return { ...base, ...Object.fromEntries(Object.entries(top).map(([key, value]) => [key, merged(base[key], value)])) };
}

function isMap(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads, describes and checks a file: what an operator typed becomes a plan, or is refused.
 *
 * @param use what is done with a plan that keeps to every rule
 * @returns whether it became a plan
 * @throws AssertionError with the key and the value for whatever else happens
 */
export function plansOrRefuses(leaf: Leaf, value: unknown, use: (plan: Plan) => void = () => undefined): boolean {
  try {
    const plan = describeStack(parseStack(leaf.with(value), 'test'));
    if (checkPlan(plan).violations.length === 0) use(plan);
    return true;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    return assert.fail(`${leaf.path} = ${JSON.stringify(value) ?? String(value)}: ${(error as Error).stack}`);
  }
}
