import pRetry from 'p-retry';
import { Interrupted } from './failure';

/** How long something is waited for. */
export interface Waiting {
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between two looks. @default 500 */
  readonly period?: number;
}

/** Thrown by a look that found nothing yet. */
class NotYet extends Error {}

/**
 * Looks until there is something.
 *
 * @param look undefined means not yet
 * @returns what the look found; undefined where the time is up
 * @throws Interrupted, and what a look throws
 */
export async function waitFor<T>(
  look: () => Promise<T | undefined>,
  { seconds, signal, period = 500 }: Waiting,
): Promise<T | undefined> {
  const once = async (): Promise<T> => {
    const found = await look();
    if (found === undefined) throw new NotYet();
    return found;
  };
  try {
    return await pRetry(once, {
      ...{ retries: Number.POSITIVE_INFINITY, maxRetryTime: seconds * 1000 },
      ...{ minTimeout: period, factor: 1 },
      shouldRetry: ({ error }) => error instanceof NotYet,
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw new Interrupted();
    if (error instanceof NotYet) return undefined;
    throw error;
  }
}
