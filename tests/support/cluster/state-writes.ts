import { mkdirSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Counts how often the engine has written its state: before and after each thing that it does. */
export interface StateWrites {
  readonly count: () => number;
  /** Fulfilled as soon as the state has been written that often. */
  reached(count: number): Promise<void>;
  stop(): void;
}

/**
 * Watches a state file that need not exist yet. The engine replaces the file in one rename, so each write is seen once
 * and at once; seconds would depend on the machine, the number of writes does not.
 */
export function watchState(file: string): StateWrites {
  mkdirSync(dirname(file), { recursive: true });
  const waiting = new Map<number, () => void>();
  let writes = 0;
  const watcher = watch(dirname(file), (event, name) => {
    if (event !== 'rename' || name !== basename(file)) return;
    writes += 1;
    waiting.get(writes)?.();
  });
  return {
    count: () => writes,
    reached: (count) => (writes >= count ? Promise.resolve() : new Promise((done) => waiting.set(count, done))),
    stop: () => watcher.close(),
  };
}
