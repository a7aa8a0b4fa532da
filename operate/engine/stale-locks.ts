import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';

/** What the engine's file backend writes into a lock. */
export interface LockContent {
  readonly pid: number;
  readonly hostname: string;
  readonly username?: string;
  readonly timestamp?: string;
}

/** Where the file backend keeps the locks of a stack. */
export function lockFolder(backendDir: string, project: string, stack: string): string {
  return join(backendDir, '.pulumi', 'locks', 'organization', project, stack);
}

/**
 * Removes the locks that a killed engine left behind, as `pulumi cancel` would; a lock of a living engine, or of another
 * machine that shares the folder, stays and makes the engine refuse.
 *
 * @param isEngine whether a process id belongs to a running engine; tests put in their own
 * @returns the owners' process ids
 */
export function removeStaleLocks(
  backendDir: string,
  project: string,
  stack: string,
  isEngine: (pid: number) => boolean = isRunningEngine,
): readonly number[] {
  const folder = lockFolder(backendDir, project, stack);
  if (!existsSync(folder)) return [];
  const removed: number[] = [];
  for (const name of readdirSync(folder).filter((each) => /\.json$|\.tmp$/.test(each))) {
    const path = join(folder, name);
    const content = parseLock(readFileSync(path, 'utf8'));
    if (content === undefined) {
      // An engine that is killed while it takes its lock leaves this, and every later one counts it as a lock. One that
      // is still writing it has touched nothing so far, and ends with an error.
      if (name.endsWith('.tmp')) rmSync(path, { force: true });
      continue;
    }
    if (!isStale(content, hostname(), isEngine)) continue;
    // The backend keeps a description beside each file that it writes.
    for (const file of [path, `${path}.attrs`]) rmSync(file, { force: true });
    removed.push(content.pid);
  }
  return removed;
}

/** Whether the owner of a lock is gone for certain: it ran on this machine, and its id is no engine's any more. */
export function isStale(lock: LockContent, thisHost: string, isEngine: (pid: number) => boolean): boolean {
  return lock.hostname === thisHost && !isEngine(lock.pid);
}

/** A number that a dead engine had may be a stranger's by now, so the program's name is compared too. */
export function isRunningEngine(pid: number): boolean {
  try {
    const program = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '';
    return basename(program).startsWith('pulumi');
  } catch {
    return false;
  }
}

/** The engine puts a lock in place in one step, so a lock there that cannot be read is not the engine's and is left alone. */
function parseLock(text: string): LockContent | undefined {
  try {
    return JSON.parse(text) as LockContent;
  } catch {
    return undefined;
  }
}
