import type { z } from 'zod';
import { encrypted, markOf } from './fields';
import { type Problem, problemsOf } from './problems';

/** Thrown when a configuration cannot be used. The message names every problem at once. */
export class ConfigError extends Error {
  constructor(
    readonly problems: readonly Problem[],
    readonly source: string,
  ) {
    const lines = problems.map(({ key, found, expected }) =>
      found === undefined ? `  ${key}: ${expected}` : `  ${key}: found ${found}, ${expected}`,
    );
    super(`${source}: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}\n${lines.join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Data as a schema has it, defaults filled in.
 *
 * @param source what the data are from, for the message
 * @throws ConfigError with every problem, when there is any
 */
export function parse<T extends z.ZodType>(schema: T, raw: unknown, source: string): z.output<T> {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  throw new ConfigError(problemsOf(result.error, (raw ?? {}) as Record<string, unknown>, schema), source);
}

/** Key of the map of encrypted values, below the project's prefix. */
export const secretsKey = 'secrets';

/**
 * The raw configuration of a project from the engine's flat map, in which structured values are JSON text. Encrypted
 * values are replaced by a mark here, at the border, so that nothing behind it can leak them. The engine tells of a map
 * only whether anything in it is encrypted: then every leaf of the map of secrets counts as such.
 *
 * @param all Every key of the stack, for example `memory-fleet:memoryMcp`, with its decrypted value as text.
 * @param project The project's name; keys of other namespaces (`kubernetes:…`, `pulumi:…`) are not ours to judge.
 * @param isEncrypted Whether the stack file holds a key, or something in it, encrypted.
 */
export function rawConfig(
  all: Readonly<Record<string, string>>,
  project: string,
  isEncrypted: (key: string) => boolean,
): Record<string, unknown> {
  const prefix = `${project}:`;
  const data = (key: string, value: string) => {
    if (!isEncrypted(key)) return structured(value);
    return key === `${prefix}${secretsKey}` ? marked(structured(value)) : encrypted;
  };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), data(key, value)]),
  );
}

/** The same maps, with marks of encrypted values in the place of everything else. */
export function marked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return markOf(value);
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, marked(held)]));
}

/** A value of the engine, in whose flat map everything structured is JSON text. */
export function structured(value: string): unknown {
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
