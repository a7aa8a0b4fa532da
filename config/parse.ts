import type { z } from 'zod';
import { type Config, configSchema, secretKeys } from '../components/schema';
import { encrypted } from './fields';
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

/** A configuration whose cluster has its name, the file's or the stack's. */
export type NamedConfig = Omit<Config, 'cluster'> & { readonly cluster: Config['cluster'] & { readonly name: string } };

/**
 * Turns what a stack file says into a typed configuration, defaults filled in.
 *
 * @param raw The keys below the project's prefix, each with its value as data.
 * @param stack Name of the stack: the cluster's name, unless the file gives another.
 * @throws ConfigError with every problem, when there is any.
 */
export function parseConfig(raw: Readonly<Record<string, unknown>>, stack: string): NamedConfig {
  const config = parse(configSchema, raw, `Pulumi.${stack}.yaml`);
  return { ...config, cluster: { ...config.cluster, name: config.cluster.name ?? stack } };
}

/** {@link parseConfig} for a part of the configuration, for components used from another program. */
export function parse<T extends z.ZodType>(schema: T, raw: unknown, source: string): z.output<T> {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  throw new ConfigError(problemsOf(result.error, (raw ?? {}) as Record<string, unknown>, schema, secretKeys), source);
}

/**
 * The raw configuration of a project from the engine's flat map, in which structured values are JSON text. Encrypted
 * values are replaced by a mark here, at the border, so that nothing behind it can leak them.
 *
 * @param all Every key of the stack, for example `memory-fleet:memoryMcp`, with its decrypted value as text.
 * @param project The project's name; keys of other namespaces (`kubernetes:…`, `pulumi:…`) are not ours to judge.
 * @param isEncrypted Whether the stack file holds a key encrypted.
 */
export function rawConfig(
  all: Readonly<Record<string, string>>,
  project: string,
  isEncrypted: (key: string) => boolean,
): Record<string, unknown> {
  const prefix = `${project}:`;
  return Object.fromEntries(
    Object.entries(all)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), isEncrypted(key) ? encrypted : structured(value)]),
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
