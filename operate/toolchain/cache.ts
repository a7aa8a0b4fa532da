import { createHash, randomUUID } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { FleetHome } from '../base/fleet-home';
import type { ToolPin } from './manifest';
import { isExecutable } from './on-path';

/**
 * Where a tool lies in the cache: `<version>-<hash>`, the hash over everything that decides what a build yields, so
 * that an edited pin is another folder and two checkouts share what they have in common.
 */
export function cachePath(home: FleetHome, projectDir: string, pin: ToolPin): string {
  return join(home.tools, pin.name, `${pin.version}-${sourceHash(projectDir, pin)}`, 'bin', pin.name);
}

/** The cached tool, or undefined where there is none. What is there is whole: it came by {@link store}. */
export function cached(home: FleetHome, projectDir: string, pin: ToolPin): string | undefined {
  const path = cachePath(home, projectDir, pin);
  return isExecutable(path) ? path : undefined;
}

/**
 * Fills a place of the cache: `produce` writes a file, and only a finished one is renamed to its place. Whatever goes
 * wrong, also a kill, leaves the place empty.
 *
 * @param produce writes an executable at the path it is given
 */
export async function store(path: string, produce: (temporary: string) => Promise<void>): Promise<void> {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true });
  removeLeftOvers(folder);
  const temporary = join(folder, `.${process.pid}-${randomUUID()}`);
  try {
    await produce(temporary);
    chmodSync(temporary, 0o755);
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Copies a file that an installer brought into the cache. */
export async function storeCopy(path: string, source: string): Promise<void> {
  await store(path, async (temporary) => copyFileSync(source, temporary));
}

/** Half a file carries the number of the process that writes it; one whose process is gone was left by a kill. */
function removeLeftOvers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const owner = /^\.(\d+)-/.exec(name)?.[1];
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) rmSync(join(folder, name), { force: true });
  }
}

function sourceHash(projectDir: string, pin: ToolPin): string {
  const folder = join(projectDir, 'tools', pin.module);
  const decisive = [pin.package, pin.ldflags, process.platform, process.arch, ...(pin.tags ?? [])];
  const hash = createHash('sha256').update(JSON.stringify(decisive));
  for (const file of filesBelow(folder)) hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 12);
}

/** Paths of all files below a folder, in an order that does not depend on the machine. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
