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
