import { AsyncLocalStorage } from 'node:async_hooks';

/** Thrown when an answer broke off: nobody knows whether the call did its work. */
export class ConnectionCut extends Error {
  override readonly name = 'ConnectionCut';

  constructor(options?: ErrorOptions) {
    super('the connection was cut before the answer was complete', options);
  }
}

/** A `fetch` whose answers are watched, and the calls that wait for them. */
export interface WatchedAnswers {
  readonly fetch: typeof fetch;
  /**
   * The result of a call.
   * @throws ConnectionCut as soon as its answer breaks off: the client library would wait until the call's time is up
   */
  whole<T>(call: () => Promise<T>): Promise<T>;
}

/** Time for the client library to take the last message out of an answer that has ended, in milliseconds. */
const settleTime = 500;

/** Watches the answers to whatever is posted; each carries the result of the call that posted it. */
export function watchAnswers(inner: typeof fetch): WatchedAnswers {
  const calls = new AsyncLocalStorage<(cause: unknown) => void>();
  const watched = async (input: Parameters<typeof fetch>[0], init?: RequestInit) => {
    const response = await inner(input, init);
    const cut = calls.getStore();
    if (cut === undefined || init?.method !== 'POST' || !response.ok || response.body === null) return response;
    return new Response(watchedBody(response.body, cut), response);
  };
  const whole = <T>(call: () => Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    return new Promise<T>((resolve, reject) => {
      const cut = (cause: unknown) => {
        timer = setTimeout(() => reject(new ConnectionCut({ cause })), settleTime);
      };
      calls.run(cut, call).then(resolve, reject);
    }).finally(() => clearTimeout(timer));
  };
  return { fetch: watched as typeof fetch, whole };
}

/** Answers that one stream carries, whoever has asked. */
export interface WatchedStream extends WatchedAnswers {
  /** From now on the stream may end. */
  forget(): void;
}

/**
 * Watches the stream of events that carries the answers to all calls. Once it has ended, no call has an answer and no
 * other stream is opened.
 *
 * @param onEnd is told that it has ended, after the last message was taken out of it
 */
export function watchStream(inner: typeof fetch, onEnd: () => void): WatchedStream {
  const waiting = new Set<(error: ConnectionCut) => void>();
  let cut: ConnectionCut | undefined;
  let forgotten = false;
  const ended = (cause: unknown) => {
    if (forgotten || cut !== undefined) return;
    const error = new ConnectionCut({ cause });
    cut = error;
    setTimeout(() => {
      for (const reject of waiting) reject(error);
      onEnd();
    }, settleTime);
  };
  const watched = async (input: Parameters<typeof fetch>[0], init?: RequestInit) => {
    if (cut !== undefined) throw cut;
    const response = await inner(input, init);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    if (!isStream || response.body === null) return response;
    return new Response(watchedBody(response.body, ended), response);
  };
  const whole = async <T>(call: () => Promise<T>): Promise<T> => {
    if (cut !== undefined) throw cut;
    let give: (error: ConnectionCut) => void = () => undefined;
    const broken = new Promise<never>((_, reject) => {
      give = reject;
    });
    waiting.add(give);
    try {
      return await Promise.race([call(), broken]);
    } finally {
      waiting.delete(give);
    }
  };
  const forget = () => {
    forgotten = true;
  };
  return { fetch: watched as typeof fetch, whole, forget };
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
