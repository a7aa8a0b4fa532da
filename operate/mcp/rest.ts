import type { HttpCall } from '../../components/system/http-call';
import type { OpenEndpoint } from './endpoint';
import type { CallOptions } from './session';

/** Thrown when a server answers a request with a status that is no success. */
export class StatusError extends Error {
  override readonly name = 'StatusError';

  constructor(
    readonly code: number,
    words: string,
  ) {
    super(words);
  }
}

const longestWords = 200;

/** What sends requests to a server that speaks plain HTTP, with what it asks clients for. */
export function restClient({ connection, url }: Pick<OpenEndpoint, 'connection' | 'url'>) {
  const root = new URL(url).origin;
  return {
    /** @returns the JSON of the answer @throws StatusError */
    call: async (
      { body, method, path }: HttpCall,
      { signal, timeoutSeconds = 60 }: CallOptions = {},
    ): Promise<unknown> => {
      const end = AbortSignal.timeout(timeoutSeconds * 1000);
      const reply = await connection.fetch(`${root}${path}`, {
        method,
        headers: { ...connection.headers, accept: 'application/json', 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: signal === undefined ? end : AbortSignal.any([end, signal]),
      });
      const text = await reply.text();
      if (!reply.ok)
        throw new StatusError(reply.status, `status ${reply.status}: ${text.trim().slice(0, longestWords)}`);
      return JSON.parse(text) as unknown;
    },
  };
}
