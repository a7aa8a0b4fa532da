import { lstatSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runChild } from '../../base/child';
import { Failure, throwIfInterrupted } from '../../base/failure';

/** The files of a working tree that are worth sending. */
export interface WorkingTree {
  readonly directory: string;
  /** Paths of its plain files, relative to the folder, in order. */
  readonly files: readonly string[];
  /** What they have together. */
  readonly bytes: number;
  /** Who said which files belong to it. */
  readonly from: 'git' | 'folder';
}

/**
 * Looks at a folder: what git knows of it, or everything where it is no working tree of git. Links are left out, because
 * they could lead anywhere.
 *
 * @param reserved top folders and files that belong to the system that receives it
 * @throws Failure when it is no folder, or there is nothing in it; Interrupted
 */
export async function workingTree(
  directory: string,
  reserved: readonly string[],
  signal: AbortSignal,
): Promise<WorkingTree> {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Failure(`${directory} is no folder`, 'name the folder of a working tree');
  }
  const known = await knownToGit(directory, signal);
  throwIfInterrupted(signal);
  const skipped = new Set(['.git', ...reserved]);
  const candidates = (known ?? (await everything(directory))).filter((path) => !skipped.has(path.split('/')[0] ?? ''));
  let bytes = 0;
  const files: string[] = [];
  for (const path of [...new Set(candidates)].sort()) {
    // Git also knows what has been deleted since, and folders that are repositories of their own.
    const entry = lstatSync(join(directory, path), { throwIfNoEntry: false });
    if (!entry?.isFile()) continue;
    files.push(path);
    bytes += entry.size;
  }
  if (files.length === 0) throw new Failure(`there are no files in ${directory}`, 'name the folder of a working tree');
  return { directory, files, bytes, from: known ? 'git' : 'folder' };
}

/** Packs the files into a compressed tar archive. @throws Failure when there is no tar, or a file cannot be read; Interrupted */
export async function pack({ directory, files }: WorkingTree, archive: string, signal: AbortSignal): Promise<number> {
  const list = `${archive}.list`;
  writeFileSync(list, files.map((file) => `./${file}\0`).join(''));
  const args = ['-czf', archive, '-C', directory, '--no-recursion', '--null', '-T', list];
  // Without it the tar of macOS adds a file of its own beside every file.
  const env = { PATH: process.env.PATH ?? '', COPYFILE_DISABLE: '1' };
  const { exitCode, stderr, startError } = await runChild('tar', args, { env, signal });
  throwIfInterrupted(signal);
  if (exitCode !== 0) {
    const why = startError?.message ?? stderr.trim().split('\n')[0];
    throw new Failure(`the working tree cannot be packed: ${why}`, 'mend what it says; tar must be installed');
  }
  return statSync(archive).size;
}

/** Tracked files and new ones that are not ignored; undefined where the folder is no working tree of git. */
async function knownToGit(directory: string, signal: AbortSignal): Promise<string[] | undefined> {
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', LC_ALL: 'C' };
  const inside = await runChild('git', ['-C', directory, 'rev-parse', '--is-inside-work-tree'], { env, signal });
  if (inside.exitCode !== 0) {
    if (inside.startError || inside.stderr.includes('not a git repository')) return undefined;
    throw new Failure(`git cannot read ${directory}: ${inside.stderr.trim()}`, 'mend what git says, then upload again');
  }
  const args = ['-C', directory, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { exitCode, stdout, stderr } = await runChild('git', args, { env, signal });
  throwIfInterrupted(signal);
  if (exitCode === 0) return stdout.split('\0').filter((path) => path !== '');
  throw new Failure(
    `git cannot list the files of ${directory}: ${stderr.trim()}`,
    'mend what git says, then upload again',
  );
}

async function everything(directory: string): Promise<string[]> {
  const files: string[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(directory, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      // A repository within the folder keeps its past to itself.
      if (entry.isDirectory() && entry.name !== '.git') folders.push(path);
      else if (entry.isFile()) files.push(path);
    }
  }
  return files;
}
