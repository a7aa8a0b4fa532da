import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FleetHome } from '../base/fleet-home';
import { type LockOptions, withLock } from '../base/lock';

const forgotten = 'forgotten-';

/**
 * Runs a Go command of ours while no other process of ours runs one: two builds at once would only share the machine,
 * and nobody takes the caches away meanwhile.
 *
 * @throws Interrupted when the signal fires while waiting
 */
export function withGoCaches<T>(home: FleetHome, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  return withLock(home.locks, 'go', work, options);
}

/** Whether an earlier build has left packages that this one need not compile. */
export function hasCompiledPackages(home: FleetHome): boolean {
  return existsSync(join(home.go, 'build'));
}

/** Whether there is something that {@link forgetBuildFiles} would take away. */
export function hasBuildFiles(home: FleetHome): boolean {
  return existsSync(home.go) || leftOvers(home).length > 0;
}

/**
 * Takes away what only building needed, many gigabytes: the sources and compiled packages. To be called when every
 * tool is there; before that they are what lets an interrupted build go on. Caches that the environment names are not
 * touched.
 *
 * @throws Interrupted when the signal fires while waiting for a build
 */
export async function forgetBuildFiles(home: FleetHome, options: LockOptions = {}): Promise<void> {
  await withGoCaches(
    home,
    async () => {
      mkdirSync(home.scratch, { recursive: true });
      // Out of the way in one step, so that a kill while deleting leaves no caches with holes.
      if (existsSync(home.go)) renameSync(home.go, join(home.scratch, `${forgotten}${randomUUID()}`));
      for (const path of leftOvers(home)) await rm(path, { recursive: true, force: true });
    },
    options,
  );
}

function leftOvers(home: FleetHome): readonly string[] {
  if (!existsSync(home.scratch)) return [];
  return readdirSync(home.scratch)
    .filter((name) => name.startsWith(forgotten))
    .map((name) => join(home.scratch, name));
}
