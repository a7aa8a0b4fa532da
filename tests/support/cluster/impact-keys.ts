import { configKeys, type JsonSchema } from '../../../operate/commands/generate/json-schema';
import { type Config, valueAt } from './impact-config';

/** A key that a change can be about. */
export interface Key {
  /** Full path; `[]` stands for the entries of a list. */
  readonly path: string;
  /** The variant of each union on the way, by the path of the key that tells the variants apart. */
  readonly variants: Readonly<Record<string, string>>;
  /** What holds where the key is left out. */
  readonly default?: unknown;
}

/**
 * Every key of the configuration in the order of docs/config.md, once for each variant of a union that has it: single
 * values, lists, and those maps whose absence means something. Of a map that is always there, its keys say it all.
 */
export function allKeys(): Key[] {
  return Object.entries(configKeys()).flatMap(([path, schema]) => keysIn(path, schema, {}));
}

/** Whether a configuration that has been changed at `path` shows what a change of the key does. */
export function isAbout(key: Key, path: string, config: Config): boolean {
  return key.path === path && Object.entries(key.variants).every(([at, variant]) => valueAt(config, at) === variant);
}

/** A key in words: its path, and the variant where it has several. */
export function nameOf({ path, variants }: Key): string {
  const conditions = Object.entries(variants).map(([at, variant]) => `${at} "${variant}"`);
  return conditions.length > 0 ? `${path} with ${conditions.join(', ')}` : path;
}

function keysIn(path: string, schema: JsonSchema, variants: Key['variants']): Key[] {
  const itself = { path, variants, ...(schema.default === undefined ? {} : { default: schema.default }) };
  const [below, inner] = schema.items ? [`${path}[]`, schema.items] : [path, schema];
  if (isEncrypted(inner) || !(inner.properties ?? inner.oneOf)) return [itself];
  const mayBeAbsent = schema.items !== undefined || schema.default === undefined;
  const keys = (inner.oneOf ?? [inner]).flatMap((map) => keysOfMap(below, map, variants));
  return mayBeAbsent ? [itself, ...keys] : keys;
}

function keysOfMap(path: string, { properties = {} }: JsonSchema, variants: Key['variants']): Key[] {
  const told = Object.entries(properties).flatMap(([key, schema]) =>
    schema.const === undefined ? [] : [[`${path}.${key}`, String(schema.const)] as const],
  );
  const within = { ...variants, ...Object.fromEntries(told) };
  return Object.entries(properties).flatMap(([key, schema]) => keysIn(`${path}.${key}`, schema, within));
}

function isEncrypted({ properties }: JsonSchema): boolean {
  return properties?.secure !== undefined;
}
