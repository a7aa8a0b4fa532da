import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseStack, type StackConfig } from '../../components/stack';
import { structured } from '../../config/parse';
import { Failure, messageOf } from '../base/failure';
import { engineConfig, projectName } from './engine-config';
import { readOrFail } from './yaml-error';

/** Names of the stacks that have a `Pulumi.<stack>.yaml` in a project directory, sorted. */
export function stackNames(projectDir: string): string[] {
  return readdirSync(projectDir)
    .flatMap((file) => /^Pulumi\.([\w.-]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/** Path of a stack's file. */
export function stackFilePath(projectDir: string, stack: string): string {
  return join(projectDir, `Pulumi.${stack}.yaml`);
}

/**
 * What a stack file says below the project's prefix, with what Pulumi.yaml beside it adds, as the engine hands it to the
 * program. Encrypted values are a mark.
 *
 * @throws Failure when it cannot be read as the engine reads it
 */
export function readStackFile(file: string): Record<string, unknown> {
  return stackValues(textOf(file), dirname(file), basename(file));
}

/**
 * {@link readStackFile} for a text.
 *
 * @param projectDir where Pulumi.yaml is. @default no project file
 * @param name what the text is, for the message
 */
export function stackValues(text: string, projectDir?: string, name = 'the stack file'): Record<string, unknown> {
  const projectFile = projectDir === undefined ? undefined : join(projectDir, 'Pulumi.yaml');
  const project = projectFile !== undefined && existsSync(projectFile) ? textOf(projectFile) : undefined;
  const { values } = readOrFail(name, () => engineConfig({ stack: text, project }));
  const prefix = `${projectName}:`;
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), typeof value === 'string' ? structured(value) : value]] : [],
    ),
  );
}

/** Whether a stack file imports ESC environments, whose values only the engine can ask for. */
export function importsEnvironment(file: string): boolean {
  return readOrFail(basename(file), () => engineConfig({ stack: textOf(file) })).importsEnvironment;
}

/** @throws Failure where the file is none, or nobody's to read */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failure(`${basename(file)} cannot be read: ${messageOf(error)}`, 'make it a file that you may read', {
      cause: error,
    });
  }
}

/**
 * The typed configuration of a stack, read without an engine.
 * @throws ConfigError with every problem, when there is any; Failure when the file cannot be read
 */
export function loadStack(projectDir: string, stack: string): StackConfig {
  return parseStack(readStackFile(stackFilePath(projectDir, stack)), stack);
}

/** What the text of a stack file itself says at a path; undefined where it leaves the key to its default. */
export function valueIn(text: string, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], stackValues(text));
}
