import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lock as acquire } from 'proper-lockfile';
import { waitFor } from './wait';

/** How a lock behaves; the defaults suit everything but tests. */
export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a sign of life after which a holder counts as dead. @default 15000 */
  readonly stale?: number;
  /** Called once when somebody else holds the lock. */
  readonly onWait?: () => void;
  /** Milliseconds between two tries. @default 500 */
  readonly retry?: number;
}

/**
 * Runs `work` while no other process on this machine holds the lock of that name.
 *
 * The holder touches its lock every few seconds; a holder that was killed stops, and after `stale` the next one takes
 * over. So a lock never has to be removed by hand, and work of any length is safe.
 *
 * @throws Interrupted when the signal fires while waiting
 */
export async function withLock<T>(
  folder: string,
  name: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const release = await waitForLock(folder, name, options);
  try {
    return await work();
  } finally {
    await release().catch(() => undefined);
  }
}

function waitForLock(folder: string, name: string, options: LockOptions): Promise<() => Promise<void>> {
  mkdirSync(folder, { recursive: true });
  const { onWait, retry: period = 500, signal, stale = 15_000 } = options;
  let told = false;
  const tryOnce = async () => {
    try {
      // The library keeps its books by this path, so each name needs one of its own; the file itself need not exist.
      return await acquire(join(folder, name), {
        realpath: false,
        stale,
        update: Math.floor(stale / 4),
        // A machine that stood still for longer than `stale` may lose its lock. The work goes on: whatever is done
        // under a lock ends in one atomic step, so two at once waste time and break nothing.
        onCompromised: () => undefined,
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
      if (!told) onWait?.();
      told = true;
      return undefined;
    }
  };
  return waitFor(tryOnce, { period, signal });
}
