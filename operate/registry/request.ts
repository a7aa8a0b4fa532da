import { setTimeout as sleep } from 'node:timers/promises';
import pRetry, { AbortError } from 'p-retry';
import { Failure, Interrupted, messageOf } from '../base/failure';

/** How requests are sent. */
export interface Sender {
  readonly fetch: typeof fetch;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds before the first repetition, doubled each time. @default 1000 */
  readonly patience?: number;
}

/** Times that a busy registry is asked again. */
const repetitions = 4;
/** Longest wait that a registry may ask for, in seconds. */
const longestWait = 60;
const requestSeconds = 30;

/** Thrown where a registry is too busy to answer; it is asked again. */
class Busy extends Error {}

/**
 * One request, repeated while the server is busy (429, 5xx) or the connection breaks, each time after a longer wait.
 *
 * @throws Failure when nobody answers, Interrupted
 */
export async function requestWithRetries(sender: Sender, url: string, init: RequestInit = {}): Promise<Response> {
  const { fetch, patience = 1000, signal } = sender;
  const host = new URL(url).host;
  const once = async () => {
    const limit = AbortSignal.timeout(requestSeconds * 1000);
    const response = await fetch(url, { ...init, signal: signal ? AbortSignal.any([signal, limit]) : limit }).catch(
      (error: Error) => {
        // fetch throws TypeError for what breaks on the way, which p-retry takes for a mistake of the caller.
        if (signal?.aborted || isFinal(error)) throw new AbortError(error);
        throw new Busy(reasonOf(error), { cause: error });
      },
    );
    if (response.status !== 429 && response.status < 500) return response;
    await sleep(Math.min(Number(response.headers.get('retry-after')) || 0, longestWait) * 1000, undefined, { signal });
    await response.body?.cancel();
    throw new Busy(`it is busy (${response.status})`);
  };
  try {
    const options = { retries: repetitions, minTimeout: patience, factor: 2, ...(signal ? { signal } : {}) };
    return await pRetry(once, options);
  } catch (error) {
    if (signal?.aborted) throw new Interrupted();
    throw new Failure(`${host} does not answer: ${reasonOf(error)}`, 'check the name of the registry and the network', {
      cause: error,
    });
  }
}

/** What asking again does not change: a name that nobody has, a port that nobody listens on, a certificate. */
function isFinal(error: Error): boolean {
  const { code = '' } = (error.cause ?? error) as NodeJS.ErrnoException;
  return /^(ENOTFOUND|ECONNREFUSED|EPROTO|ERR_SSL|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code);
}

function reasonOf(error: unknown): string {
  const { cause } = error as Error;
  return cause instanceof Error ? messageOf(cause) : messageOf(error);
}
