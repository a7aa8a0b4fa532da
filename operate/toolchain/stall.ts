import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from '../base/child';

/** How long a download may stand still. */
export interface StallLimit {
  /** Seconds until the first byte. */
  readonly start: number;
  /** Seconds between two bytes after that. */
  readonly pause: number;
}

/** How a limited run ended. */
export type LimitedRun =
  | { readonly outcome: 'done'; readonly output: string }
  | { readonly outcome: 'failed' | 'stalled' | 'interrupted'; readonly output: string };

/** What a limited run needs. */
export interface LimitedRunOptions {
  readonly env: Record<string, string>;
  /** The folder that the program downloads into; bytes that arrive here are the only sign of progress. */
  readonly watch: string;
  readonly limit: StallLimit;
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes in the folder, about five times a second while they change. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Runs a vendor's installer and gives up on it when its download stands still.
 *
 * What the program prints is no sign of progress: an installer that retries against a network that drops its packets
 * prints for minutes. A slow download that keeps arriving is never cut off. Never rejects.
 */
export async function runWithStallLimit(
  command: string,
  args: readonly string[],
  options: LimitedRunOptions,
): Promise<LimitedRun> {
  const stalled = new AbortController();
  const either = options.signal ? AbortSignal.any([options.signal, stalled.signal]) : stalled.signal;
  const before = bytesBelow(options.watch);
  let bytes = before;
  let deadline = Date.now() + options.limit.start * 1000;
  const timer = setInterval(() => {
    const now = bytesBelow(options.watch);
    if (now !== bytes) {
      bytes = now;
      deadline = Date.now() + options.limit.pause * 1000;
      options.onBytes?.(now - before);
    } else if (Date.now() > deadline) {
      stalled.abort();
    }
  }, 200);
  try {
    const result = await runChild(command, args, { env: options.env, signal: either, graceSeconds: 1 });
    const output = `${result.stdout}${result.stderr}${result.startError?.message ?? ''}`.trim();
    if (options.signal?.aborted) return { outcome: 'interrupted', output };
    if (stalled.signal.aborted) return { outcome: 'stalled', output };
    return { outcome: result.exitCode === 0 ? 'done' : 'failed', output };
  } finally {
    clearInterval(timer);
  }
}

/** The size of all files below a folder; what disappears while counting counts as nothing. */
export function bytesBelow(folder: string): number {
  let sum = 0;
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sum += bytesBelow(path);
    else sum += lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return sum;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
