import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { encrypted } from '../../config/fields';
import { type NamedConfig, parseConfig } from '../../config/parse';

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
      key.startsWith(prefix) ? [[key.slice(prefix.length), isEncrypted(value) ? encrypted : value]] : [],
    ),
  );
}

/**
 * The typed configuration of a stack, read without an engine.
 * @throws ConfigError with every problem, when there is any.
 */
export function loadStack(projectDir: string, stack: string): NamedConfig {
  return parseConfig(readStackFile(join(projectDir, `Pulumi.${stack}.yaml`)), stack);
}

/** What the text of a stack file itself says at a path; undefined where it leaves the key to its default. */
export function valueIn(text: string, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], stackValues(text));
}

/** The form that the engine gives an encrypted value in a stack file. */
function isEncrypted(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'secure' in value;
}
