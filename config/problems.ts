import { closest, distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { encrypted } from './fields';
import { innerOf } from './schema-walk';

/** One thing wrong with the configuration, in the words an operator needs. */
export interface Problem {
  /** Path of the key, as it is written in the stack file below the project's prefix. */
  readonly key: string;
  /** The value found, shortened and without credentials; absent where a value must not be shown. */
  readonly found?: string;
  /** What would have been right, or what to do. */
  readonly expected: string;
}

/** Keys below which somebody may have put a credential by mistake, whatever they are meant to hold. */
const credential = /(token|password|secret|credential|apiKey)$/i;

type Raw = Readonly<Record<string, unknown>>;
type Path = readonly PropertyKey[];

/** Every problem of a failed parse. */
export function problemsOf(error: z.ZodError, raw: Raw, schema: z.ZodType): Problem[] {
  const problems = error.issues.flatMap((issue): Problem[] => {
    if (issue.code === 'unrecognized_keys') {
      const place = placeAt(schema, issue.path, raw);
      return issue.keys.map((key) => {
        const path = [...issue.path, key];
        const expected = valueAt(raw, path) === encrypted ? misplacedSecret : unknownKey(key, place);
        return { key: keyOf(path), expected };
      });
    }
    if (issue.path[0] !== 'secrets' && valueAt(raw, issue.path) === encrypted) {
      // Of a map with anything encrypted in it the engine tells no more than that.
      const found = 'an encrypted value, or one inside of it';
      return [{ key: keyOf(issue.path), found, expected: `expected plain text; ${inSecrets}` }];
    }
    if (issue.code === 'invalid_key') {
      const [inner] = issue.issues;
      return [{ key: keyOf(issue.path), expected: `expected another name: ${inner?.message ?? issue.message}` }];
    }
    return [
      { key: keyOf(issue.path), expected: expectation(issue, valueAt(raw, issue.path)), ...foundAt(raw, issue.path) },
    ];
  });
  // A value that is too long and of a wrong form breaks two checks for the same reason.
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

const inSecrets =
  'encrypted values live in one map: `pulumi config set --secret --path memory-fleet:secrets.SYSTEM.NAME`';
const misplacedSecret = `no such key; ${inSecrets}`;

/** What is found at a path, as far as it may be shown. */
export function foundAt(raw: Raw, path: Path): { readonly found: string } {
  const value = valueAt(raw, path);
  const isSecret = path[0] === 'secrets' || credential.test(String(path.at(-1)));
  return { found: isSecret && value !== undefined ? '[redacted]' : shown(value) };
}

function unknownKey(key: string, { others, shape }: Place = { others: [], shape: {} }): string {
  const variant = others.find((other) => key in other.shape);
  if (variant) return `no such key here; it goes with ${variant.name}: ${String(variant.value)}`;
  const known = Object.keys(shape);
  const nearest = known.length > 0 ? closest(key, known) : undefined;
  // A name that shares less than half of its letters with a known key is no typing error of it.
  if (nearest !== undefined && distance(key, nearest) <= Math.max(key.length, nearest.length) / 2) {
    return `no such key; the nearest known key is "${nearest}"`;
  }
  return `no such key; known keys here: ${known.join(', ') || 'none'}`;
}

function expectation(issue: z.core.$ZodIssue, found: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.startsWith('Invalid input')
        ? `expected ${article(issue.expected)}`
        : `expected ${issue.message}${issue.expected === 'string' && isBare(found) ? '; in quotes, or YAML takes it for no text' : ''}`;
    default:
      return `expected ${issue.message}`;
  }
}

/** What YAML makes of a text that looks like a number or a truth value. */
function isBare(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

function article(type: string): string {
  const names: Record<string, string> = {
    object: 'a map of keys',
    array: 'a list',
    string: 'text',
    boolean: 'true or false',
  };
  return names[type] ?? `a ${type}`;
}

/** A path as an operator reads it, such as `git.scopes[0].url`. */
export function keyOf(path: Path): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
}

/** The value at a path; undefined where there is none. */
export function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], raw);
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = withoutCredentials(JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** Whatever stands before an "@" where URLs, and what people write instead of them, have a user and a password. */
function withoutCredentials(text: string): string {
  return text
    .replace(/:\/\/[^\s"]*@/g, '://[redacted]@')
    .replace(/(^|[\s",])[^\s":/@]+:(?!\d{1,5}\/|[\w.-]+@sha256:)[^\s"]*@/g, '$1[redacted]@');
}

/** What a schema says at a path of the data. */
interface Place {
  readonly shape: Shape;
  /** Variants that the data are not, where there are several: what tells them apart, and its value in each. */
  readonly others: readonly { readonly shape: Shape; readonly name: string; readonly value: unknown }[];
}

type Shape = Readonly<Record<string, z.ZodType>>;

/** Looks through optional, default and pipe wrappers, and into the variant that the data are. */
function placeAt(schema: z.ZodType, path: Path, raw: unknown): Place | undefined {
  const inner = unwrapped(schema);
  const [head, ...rest] = path;
  const place = variantOf(inner, raw);
  if (head === undefined) return place;
  const next = typeof head === 'number' ? inner.element : (place?.shape[String(head)] ?? inner.valueType);
  return next && placeAt(next, rest, valueAt(raw, [head]));
}

function variantOf({ def, options = [], shape }: Unwrapped, raw: unknown): Place | undefined {
  const name = def.discriminator;
  if (name === undefined) return shape && { shape, others: [] };
  const variants = options.flatMap((option) => {
    const own = unwrapped(option).shape;
    const value = own?.[name];
    return own && value ? [{ shape: own, name, value }] : [];
  });
  const found = variants.find(({ value }) => value.safeParse(valueAt(raw ?? {}, [name])).success);
  const literal = (schema: z.ZodType) => [...(schema._zod.values ?? [])][0];
  const others = variants.filter((each) => each !== found).map((each) => ({ ...each, value: literal(each.value) }));
  return found && { shape: found.shape, others };
}

interface Unwrapped {
  readonly def: { readonly discriminator?: string };
  readonly shape?: Shape;
  readonly element?: z.ZodType;
  /** Of a map whose names are free. */
  readonly valueType?: z.ZodType;
  /** Variants. */
  readonly options?: readonly z.ZodType[];
}

function unwrapped(schema: z.ZodType): Unwrapped {
  const inner = innerOf(schema);
  return inner ? unwrapped(inner) : (schema as unknown as Unwrapped);
}
