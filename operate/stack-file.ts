import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { parseConfig } from '../config/parse';
import type { Config } from '../config/schema';

const project = 'memory-fleet';

/** Names of the stacks that have a `Pulumi.<stack>.yaml` in a project directory, sorted. */
export function stackNames(projectDir: string): string[] {
  return readdirSync(projectDir)
    .flatMap((file) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/**
 * What a stack file says below the project's prefix. Encrypted values stay as they stand in the file.
 * @throws Error when the file cannot be read or is no YAML.
 */
export function readStackFile(file: string): Record<string, unknown> {
  const { config = {} } = (parseYaml(readFileSync(file, 'utf8')) ?? {}) as { config?: Record<string, unknown> };
  const prefix = `${project}:`;
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}

/**
 * The typed configuration of a stack, read without an engine.
 * @throws ConfigError with every problem, when there is any.
 */
export function loadStack(projectDir: string, stack: string): Config {
  const file = join(projectDir, `Pulumi.${stack}.yaml`);
  return parseConfig(readStackFile(file), basename(file));
}
