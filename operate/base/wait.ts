import pRetry from 'p-retry';
import { Interrupted } from './failure';

/** How something is waited for. */
export interface Waiting {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between two looks. @default 500 */
  readonly period?: number;
}

/** How long it is waited for. */
export interface Limit {
  readonly seconds: number;
}

/** Thrown by a look that found nothing yet. */
class NotYet extends Error {}

type Look<T> = () => Promise<T | undefined> | T | undefined;

/**
 * Looks again and again until there is something.
 *
 * @param look undefined means not yet
 * @returns what the look found; undefined where the time is up
 * @throws Interrupted, and what a look throws
 */
export async function waitFor<T>(look: Look<T>, waiting: Waiting & Limit): Promise<T | undefined>;
export async function waitFor<T>(look: Look<T>, waiting: Waiting): Promise<T>;
export async function waitFor<T>(
  look: Look<T>,
  { seconds = Number.POSITIVE_INFINITY, signal, period = 500 }: Waiting & Partial<Limit>,
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
