import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { parseStack, type StackConfig } from '../../components/stack';
import { encrypted } from '../../config/fields';

const project = 'memory-fleet';

/** Names of the stacks that have a `Pulumi.<stack>.yaml` in a project directory, sorted. */
export function stackNames(projectDir: string): string[] {
  return readdirSync(projectDir)
    .flatMap((file) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/**
 * What a stack file says below the project's prefix. Encrypted values are a mark, as in a run of the engine.
 * @throws Error when the file cannot be read or is no YAML.
 */
export function readStackFile(file: string): Record<string, unknown> {
  return stackValues(readFileSync(file, 'utf8'));
}

/** {@link readStackFile} for a text. */
export function stackValues(text: string): Record<string, unknown> {
  const { config } = (parseYaml(text) ?? {}) as { config?: Record<string, unknown> | null };
  const prefix = `${project}:`;
  return Object.fromEntries(
    Object.entries(config ?? {}).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), withMarks(value)]] : [],
    ),
  );
}

/**
 * The typed configuration of a stack, read without an engine.
 * @throws ConfigError with every problem, when there is any.
 */
export function loadStack(projectDir: string, stack: string): StackConfig {
  return parseStack(readStackFile(join(projectDir, `Pulumi.${stack}.yaml`)), stack);
}

/** What the text of a stack file itself says at a path; undefined where it leaves the key to its default. */
export function valueIn(text: string, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], stackValues(text));
}

/** A value with a mark in the place of each encrypted one: the engine writes that as a map with the key `secure` alone. */
function withMarks(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if ('secure' in value && Object.keys(value).length === 1) return encrypted;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, withMarks(held)]));
}
