import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { Failure, messageOf } from '../base/failure';
import { globalScope, maxContentBytes, scopePattern } from '../memories/rules';
import { slug } from './slug';

/** Where memories of Serena are looked for. */
export interface SerenaSources {
  /** Folder with the global memories in place of the usual ones; false leaves them out. */
  readonly global?: string | false | undefined;
  /** Repositories, each as `DIR` or `DIR=scope`. @default none */
  readonly repository?: readonly string[] | undefined;
}

/** A folder and the scope that its memories belong to. */
export interface SerenaFolder {
  readonly path: string;
  readonly scope: string;
}

/** A file of Serena's. Its content is never changed there. */
export interface SerenaFile {
  /** Absolute. */
  readonly path: string;
  readonly scope: string;
  /** Path below its folder without `.md`, and without the `global/` by which Serena addresses it. */
  readonly name: string;
  /** Absent where `problem` says why. */
  readonly content?: string;
  readonly problem?: string;
  /** Where a symbolic link leads. */
  readonly linkTo?: string;
  /** Time of the last change, in milliseconds since 1970. */
  readonly modified: number;
}

/** The environment variables that say where Serena keeps its global memories. */
export interface SerenaEnvironment {
  readonly SERENA_HOME?: string | undefined;
  readonly HOME?: string | undefined;
}

/**
 * The folders of all sources. The global memories lie in `memories/global` of SERENA_HOME (default ~/.serena), and lay
 * in ~/.serena/memories before; both count.
 *
 * @throws Failure when a folder that was named is not there, or a scope is none
 */
export function serenaFolders(sources: SerenaSources, environment: SerenaEnvironment = process.env): SerenaFolder[] {
  return [...globalFolders(sources.global, environment), ...(sources.repository ?? []).map(repositoryFolder)];
}

function globalFolders(given: string | false | undefined, { SERENA_HOME, HOME }: SerenaEnvironment): SerenaFolder[] {
  if (given === false) return [];
  if (given !== undefined) return [{ path: existing(given, 'name another by --global'), scope: globalScope }];
  const usual = join(HOME || homedir(), '.serena');
  // The older place holds the newer one where the two homes are the same.
  const places = new Set([join(SERENA_HOME || usual, 'memories', 'global'), join(usual, 'memories')]);
  const found = [...places].filter((path) => isFolder(path));
  return found
    .filter((path) => !found.some((other) => other !== path && path.startsWith(`${other}/`)))
    .map((path) => ({ path, scope: globalScope }));
}

function repositoryFolder(given: string): SerenaFolder {
  const cut = isFolder(given) ? -1 : given.lastIndexOf('=');
  const directory = existing(cut < 0 ? given : given.slice(0, cut), 'name a repository as DIR or DIR=scope');
  const scope = cut < 0 ? slug(basename(directory)) : given.slice(cut + 1);
  if (!scopePattern.test(scope) || scope === 'all' || (cut < 0 && scope === globalScope)) {
    throw new Failure(
      `${JSON.stringify(scope)} cannot be the scope of ${directory}`,
      `name one of letters, digits, _ . - and / as --repository ${directory}=scope`,
    );
  }
  return {
    path: existing(join(directory, '.serena', 'memories'), 'name a repository that Serena has worked in'),
    scope,
  };
}

function existing(path: string, remedy: string): string {
  const absolute = resolve(path);
  if (!isFolder(absolute)) throw new Failure(`there is no folder ${absolute}`, remedy);
  return absolute;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Every memory of the folders, by path. Symbolic links are followed, as Serena does. */
export function serenaFiles(folders: readonly SerenaFolder[]): SerenaFile[] {
  return folders.flatMap((folder) => filesIn(folder, folder.path, [realpathSync(folder.path)]));
}

/** @param above real paths of the folders above, so that a link to one of them does not lead in circles */
function filesIn(folder: SerenaFolder, directory: string, above: readonly string[]): SerenaFile[] {
  const entries = readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(directory, entry.name);
    if (isFolder(path)) {
      const real = realpathSync(path);
      return above.includes(real) ? [] : filesIn(folder, path, [...above, real]);
    }
    return entry.name.endsWith('.md') ? [fileAt(folder, path, entry.isSymbolicLink())] : [];
  });
}

function fileAt({ path: root, scope }: SerenaFolder, path: string, isLink: boolean): SerenaFile {
  const below = relative(root, path).slice(0, -'.md'.length);
  const name = scope === globalScope ? below.replace(/^global\//, '') : below;
  const file = { path, scope, name };
  try {
    const { mtimeMs: modified, size } = statSync(path);
    const link = isLink ? { linkTo: realpathSync(path) } : {};
    const read = size > maxContentBytes ? { problem: tooLarge(size) } : contentOf(path);
    return { ...file, modified, ...link, ...read };
  } catch (error) {
    const reason = isLink ? 'a link that leads nowhere' : messageOf(error);
    return { ...file, modified: 0, problem: `it cannot be read: ${reason}` };
  }
}

function contentOf(path: string): { content: string } | { problem: string } {
  const bytes = readFileSync(path);
  try {
    // A byte order mark is content: the server keeps it.
    return { content: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { problem: 'it is not UTF-8' };
  }
}

/** Why a text is too large for the server. @param size in bytes */
export function tooLarge(size: number): string {
  return `it has ${size} bytes, and the server takes ${maxContentBytes}`;
}
