import { existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { toYaml } from '../../render/yaml';
import { Failure } from '../base/failure';
import { readIfExists, writeAtomically } from '../base/files';
import { stackFilePath } from '../stack-file';
import { fullKey } from '../stack-file/engine-config';
import { readYaml } from '../stack-file/yaml';
import { readOrFail } from '../stack-file/yaml-error';

/** What a stack file says beside its configuration: how secrets in it and in the state are encrypted. */
const secretsFields = ['secretsprovider', 'encryptedkey', 'encryptionsalt'] as const;

/** The content of a stack file, as far as this code looks at it. */
export interface StackFile {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** Configuration on top of a stack file, by full key such as `memory-fleet:cluster`; undefined takes a key away. */
export type ConfigOverrides = Readonly<Record<string, unknown>>;

/**
 * Brings the project's files into the engine's work directory, as they are in the checkout now.
 *
 * The engine writes an encryption salt into the stack file that it works with. It does so in the copy, which keeps the
 * salt from run to run: with a new one, what was encrypted before could not be read any more.
 *
 * @returns whether the stack file of the checkout brings encryption of its own
 * @throws Failure where the checkout has no such stack file
 */
export function refreshWorkFiles(
  projectDir: string,
  workDir: string,
  stack: string,
  overrides: ConfigOverrides = {},
): { readonly ownEncryption: boolean } {
  const source = stackFilePath(projectDir, stack);
  const name = basename(source);
  if (!existsSync(source)) {
    throw new Failure(
      `there is no ${name} in ${projectDir}`,
      `write one: a single line \`config: {}\` is enough to begin with`,
    );
  }
  mkdirSync(workDir, { recursive: true });
  writeAtomically(join(workDir, 'Pulumi.yaml'), toYaml(inlineProject(contentOf(join(projectDir, 'Pulumi.yaml')))));
  const wanted = contentOf(source);
  const merged = mergeStackFile(wanted, contentOf(join(workDir, name)), overrides);
  writeAtomically(join(workDir, name), toYaml(merged), 0o600);
  return { ownEncryption: secretsFields.some((field) => wanted[field] !== undefined) };
}

/**
 * The stack file to work with: everything from the checkout, encryption from the last copy where the checkout's file
 * has none, overrides on top.
 */
export function mergeStackFile(source: StackFile, lastCopy: StackFile, overrides: ConfigOverrides): StackFile {
  const brings = secretsFields.some((field) => source[field] !== undefined);
  const kept = brings
    ? {}
    : Object.fromEntries(
        secretsFields.flatMap((field) => (lastCopy[field] === undefined ? [] : [[field, lastCopy[field]]])),
      );
  const own = Object.entries(source.config ?? {}).map(([key, value]) => [fullKey(key), value]);
  const config = Object.entries({ ...Object.fromEntries(own), ...overrides }).filter(
    ([, value]) => value !== undefined,
  );
  return { ...source, ...kept, config: Object.fromEntries(config) };
}

/** The project file without its entry point: the engine insists that the file exists, and here the program is a function. */
function inlineProject({ main: _, ...project }: StackFile): StackFile {
  return project;
}

/** A file of the project as the engine reads it. */
function contentOf(path: string): StackFile {
  const data = readOrFail(basename(path), () => readYaml(readIfExists(path) ?? ''));
  return (data as StackFile | null) ?? {};
}
