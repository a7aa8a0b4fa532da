import type { z } from 'zod';
import { type Problem, problemsOf } from './problems';
import { type Config, configSchema } from './schema';

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

/** Top-level keys that hold a secret. Their values are never part of a message. */
export const secretKeys: ReadonlySet<string> = new Set<string>();

/**
 * Turns what a stack file says into a typed configuration, defaults filled in.
 *
 * @param raw The keys below the project's prefix, each with its value as data.
 * @param source What to call the origin in an error, for example `Pulumi.goddess.yaml`.
 * @throws ConfigError with every problem, when there is any.
 */
export function parseConfig(raw: Readonly<Record<string, unknown>>, source: string): Config {
  return parse(configSchema, raw, source);
}

/** {@link parseConfig} for a part of the configuration, for components used from another program. */
export function parse<T extends z.ZodType>(schema: T, raw: unknown, source: string): z.output<T> {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  throw new ConfigError(problemsOf(result.error, (raw ?? {}) as Record<string, unknown>, schema, secretKeys), source);
}

/**
 * The raw configuration of a project from the engine's flat map, in which structured values are JSON text.
 *
 * @param all Every key of the stack, for example `memory-fleet:memoryMcp`, with its value as text.
 * @param project The project's name; keys of other namespaces (`kubernetes:…`, `pulumi:…`) are not ours to judge.
 */
export function rawConfig(all: Readonly<Record<string, string>>, project: string): Record<string, unknown> {
  const prefix = `${project}:`;
  return Object.fromEntries(
    Object.entries(all)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), structured(value)]),
  );
}

function structured(value: string): unknown {
  if (!/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
