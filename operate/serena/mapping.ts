import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { prettifyError, z } from 'zod';
import { Failure, messageOf } from '../base/failure';
import { type MemoryPlace, placeInWords } from '../memories/rules';
import type { SerenaFile } from './folders';

/** What the operator decides about single memories. */
export interface Mapping {
  /** New places by the memories that they are for. */
  readonly rename: Readonly<Record<string, string>>;
  /** Memories that stay where they are. */
  readonly skip: readonly string[];
}

const schema = z.strictObject({
  rename: z.record(z.string(), z.string().min(1)).default({}),
  skip: z.array(z.string()).default([]),
});

/** How a mapping is given on the command line. */
export interface MappingOptions {
  /** File in YAML with `rename` and `skip`. */
  readonly mapping?: string | undefined;
  /** Each as `OLD=NEW`; these win over the file. */
  readonly rename?: readonly string[] | undefined;
  readonly skip?: readonly string[] | undefined;
}

/** The mapping of file and command line together. @throws Failure when either cannot be understood */
export function readMapping({ mapping, rename = [], skip = [] }: MappingOptions): Mapping {
  const file = mapping === undefined ? schema.parse({}) : readFile(mapping);
  return {
    rename: { ...file.rename, ...Object.fromEntries(rename.map(pairOf)) },
    skip: [...file.skip, ...skip],
  };
}

function readFile(path: string): Mapping {
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    throw new Failure(`the mapping ${path} cannot be read: ${messageOf(error)}`, 'name a YAML file by --mapping');
  }
  const { data, error } = schema.safeParse(content);
  if (error) {
    throw new Failure(
      `the mapping ${path} is not as it must be\n${prettifyError(error)}`,
      'it has `rename`, names to new names, and `skip`, a list of names',
    );
  }
  return data;
}

function pairOf(text: string): [string, string] {
  // A new name has no `=`, an old one may.
  const cut = text.lastIndexOf('=');
  if (cut <= 0 || cut === text.length - 1) {
    throw new Failure(
      `--rename ${text} names no new place`,
      'write it as OLD=NEW, such as "my-repo:old name=new-name"',
    );
  }
  return [text.slice(0, cut), text.slice(cut + 1)];
}

/** A mapping by the paths of files. */
export interface ResolvedMapping {
  readonly places: ReadonlyMap<string, MemoryPlace>;
  readonly skipped: ReadonlySet<string>;
}

/**
 * Finds the files that a mapping speaks of: by `scope:name`, or by path where two share that.
 * @throws Failure when it names none or several
 */
export function resolveMapping({ rename, skip }: Mapping, files: readonly SerenaFile[]): ResolvedMapping {
  const places = Object.entries(rename).map(([old, next]): [string, MemoryPlace] => {
    const file = fileNamed(old, files);
    return [file.path, placeOf(next, file.scope)];
  });
  return { places: new Map(places), skipped: new Set(skip.map((old) => fileNamed(old, files).path)) };
}

function fileNamed(old: string, files: readonly SerenaFile[]): SerenaFile {
  const byName = files.filter((file) => placeInWords(file) === old);
  const found = byName.length > 0 ? byName : files.filter(({ path }) => path === resolve(old));
  const [file] = found;
  if (file === undefined) {
    throw new Failure(`there is no memory "${old}" to rename or skip`, 'name it by its path, or as the plan shows it');
  }
  if (found.length > 1) {
    const paths = found.map(({ path }) => path).join('\n');
    throw new Failure(`"${old}" names ${found.length} files:\n${paths}`, 'name the one that you mean by its path');
  }
  return file;
}

/** `name` stays in its scope, `scope:name` goes elsewhere. */
function placeOf(text: string, scope: string): MemoryPlace {
  const cut = text.indexOf(':');
  return cut < 0 ? { scope, name: text } : { scope: text.slice(0, cut), name: text.slice(cut + 1) };
}
