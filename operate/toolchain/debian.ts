import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type ChildResult, runChild } from '../base/child';
import { Failure } from '../base/failure';
import type { FleetHome } from '../base/fleet-home';
import { withLock } from '../base/lock';
import { lastLines } from './go';
import { executablesOnPath } from './on-path';

/**
 * Unpacks Debian packages, and what they depend on and the machine lacks, into a folder of ours. Nothing is installed
 * and nobody has to be root, so a new machine needs no preparation. The folder is kept.
 *
 * @param packages packages of the release that this machine runs
 * @returns the folder with the tree of the packages
 * @throws Failure where this is no Debian or its archive cannot be reached
 */
export async function unpackedPackages(home: FleetHome, packages: readonly string[]): Promise<string> {
  const name = [...packages].sort().join('+');
  const place = join(home.tools, 'debian', name);
  if (existsSync(place)) return place;
  await withLock(home.locks, `debian-${name}`, async () => {
    if (!existsSync(place)) await fill(home, packages, place);
  });
  return place;
}

async function fill(home: FleetHome, packages: readonly string[], place: string): Promise<void> {
  const [few, names] = [packages.length === 1, new Intl.ListFormat('en').format(packages)];
  const remedy = `install the package${few ? '' : 's'} ${names}`;
  if (!onPath('apt-get') || !onPath('dpkg-deb')) {
    throw new Failure(`${names} ${few ? 'is' : 'are'} not installed`, remedy);
  }
  mkdirSync(home.scratch, { recursive: true });
  const folder = mkdtempSync(join(home.scratch, 'debian-'));
  try {
    await download(folder, packages, remedy);
    const root = join(folder, 'root');
    for (const file of archives(folder)) await run('dpkg-deb', ['--extract', file, root], remedy);
    if (!existsSync(root)) throw new Failure(`${names} brings nothing that is not installed already`, remedy);
    mkdirSync(dirname(place), { recursive: true });
    renameSync(root, place);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Downloads what an installation would download, with lists of our own: a new machine has none, and theirs need root. */
async function download(folder: string, packages: readonly string[], remedy: string): Promise<void> {
  for (const part of ['lists/partial', 'archives/partial']) mkdirSync(join(folder, part), { recursive: true });
  const ours = Object.entries({
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::Cache': folder,
    'Debug::NoLocking': '1',
    'APT::Sandbox::User': 'root',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '15',
  }).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await run('apt-get', ['update', '-q', ...ours], remedy);
  const choices = ['--download-only', '--no-install-recommends', '--yes', '-q'];
  await run('apt-get', ['install', ...choices, ...ours, ...packages], remedy);
}

function archives(folder: string): string[] {
  const cache = join(folder, 'archives');
  return readdirSync(cache)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(cache, name));
}

async function run(command: string, args: readonly string[], remedy: string): Promise<ChildResult> {
  const path = onPath(command) ?? command;
  const result = await runChild(path, args, { env: { ...environment(), LC_ALL: 'C' } });
  if (result.exitCode === 0) return result;
  throw new Failure(`${basename(command)} failed: ${lastLines(result.stderr || result.stdout, 2)}`, remedy);
}

function onPath(name: string): string | undefined {
  return executablesOnPath(name, `${process.env.PATH ?? ''}:/usr/sbin:/sbin`)[0];
}

function environment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1]));
}

/** The folders of shared libraries in an unpacked tree, as LD_LIBRARY_PATH wants them. */
export function libraryPath(tree: string): string {
  return ['usr/lib', 'lib']
    .map((folder) => join(tree, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => [folder, ...multiarch(folder)])
    .join(':');
}

function multiarch(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.includes('-linux-'))
    .map((name) => join(folder, name));
}

/** Copies a shared library out of an unpacked tree, under its own name. */
export function copyLibrary(tree: string, name: string, target: string): void {
  const source = libraryPath(tree)
    .split(':')
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
  if (source === undefined) throw new Error(`${name} is not in ${tree}`);
  copyFileSync(source, target);
}
