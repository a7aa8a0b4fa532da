import { AsyncLocalStorage } from 'node:async_hooks';

/** Thrown when an answer broke off: nobody knows whether the call did its work. */
export class ConnectionBroken extends Error {
  override readonly name = 'ConnectionBroken';

  constructor(options?: ErrorOptions) {
    super('the connection broke before the answer was complete', options);
  }
}

/** A `fetch` whose answers are watched, and the calls that wait for them. */
export interface GuardedCalls {
  readonly fetch: typeof fetch;
  /**
   * The result of a call.
   * @throws ConnectionBroken as soon as its answer breaks off: the client library would wait until the call's time is up
   */
  guarded<T>(call: () => Promise<T>): Promise<T>;
}

/** Time for the client library to take the last message out of an answer that has ended, in milliseconds. */
const settleTime = 500;

/** Watches the answers to whatever is posted; each carries the result of the call that posted it. */
export function guardCalls(inner: typeof fetch): GuardedCalls {
  const calls = new AsyncLocalStorage<(cause: unknown) => void>();
  const watched = async (input: Parameters<typeof fetch>[0], init?: RequestInit) => {
    const response = await inner(input, init);
    const onBroken = calls.getStore();
    if (onBroken === undefined || init?.method !== 'POST' || !response.ok || response.body === null) return response;
    return new Response(watchedBody(response.body, onBroken), response);
  };
  const guarded = <T>(call: () => Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    return new Promise<T>((resolve, reject) => {
      const onBroken = (cause: unknown) => {
        timer = setTimeout(() => reject(new ConnectionBroken({ cause })), settleTime);
      };
      calls.run(onBroken, call).then(resolve, reject);
    }).finally(() => clearTimeout(timer));
  };
  return { fetch: watched as typeof fetch, guarded };
}

/** Answers that one stream carries, whoever has asked. */
export interface GuardedStream extends GuardedCalls {
  /** From now on the stream may end. */
  allowEnd(): void;
}

/**
 * Watches the stream of events that carries the answers to all calls. Once it has ended, no call has an answer and no
 * other stream is opened.
 *
 * @param onEnd is told that it has ended, after the last message was taken out of it
 */
export function guardStream(inner: typeof fetch, onEnd: () => void): GuardedStream {
  const waiting = new Set<(error: ConnectionBroken) => void>();
  let broken: ConnectionBroken | undefined;
  let mayEnd = false;
  const ended = (cause: unknown) => {
    if (mayEnd || broken !== undefined) return;
    const error = new ConnectionBroken({ cause });
    broken = error;
    setTimeout(() => {
      for (const reject of waiting) reject(error);
      onEnd();
    }, settleTime);
  };
  const watched = async (input: Parameters<typeof fetch>[0], init?: RequestInit) => {
    if (broken !== undefined) throw broken;
    const response = await inner(input, init);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    if (!isStream || response.body === null) return response;
    return new Response(watchedBody(response.body, ended), response);
  };
  const guarded = async <T>(call: () => Promise<T>): Promise<T> => {
    if (broken !== undefined) throw broken;
    let give: (error: ConnectionBroken) => void = () => undefined;
    const end = new Promise<never>((_, reject) => {
      give = reject;
    });
    waiting.add(give);
    try {
      return await Promise.race([call(), end]);
    } finally {
      waiting.delete(give);
    }
  };
  const allowEnd = () => {
    mayEnd = true;
  };
  return { fetch: watched as typeof fetch, guarded, allowEnd };
}

function watchedBody(body: ReadableStream<Uint8Array>, ended: (cause: unknown) => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        ended(undefined);
        controller.close();
      } catch (error) {
        ended(error);
        controller.error(error);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
