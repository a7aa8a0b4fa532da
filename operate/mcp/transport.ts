import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { ServerFacts } from '../../components/system/operations';
import { type GuardedCalls, guardCalls, guardStream } from './broken-connection';
import type { Connection } from './connection';

/** How the messages of a session are carried. */
export interface SessionTransport {
  readonly transport: Transport;
  readonly answers: Pick<GuardedCalls, 'guarded'>;
  /** Says goodbye, where the transport has a word for it. */
  leave(): Promise<void>;
}

/** What carries the messages of a session with a server. */
export function transportFor(
  kind: ServerFacts['transport'],
  url: string,
  { fetch = globalThis.fetch, headers = {} }: Partial<Connection>,
): SessionTransport {
  return kind === 'sse' ? eventStream(url, fetch, headers) : streamableHttp(url, fetch, headers);
}

function streamableHttp(url: string, fetch: Connection['fetch'], headers: Connection['headers']): SessionTransport {
  const answers = guardCalls(fetch);
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { ...headers } },
    fetch: answers.fetch,
    // The end of an answer is watched here; the library would ask a server that is gone for the rest of it.
    reconnectionOptions: {
      maxRetries: 0,
      initialReconnectionDelay: 1000,
      maxReconnectionDelay: 1000,
      reconnectionDelayGrowFactor: 1,
    },
  });
  // The SDK's own types of the two disagree under exactOptionalPropertyTypes.
  return { transport: transport as Transport, answers, leave: () => transport.terminateSession() };
}

function eventStream(url: string, fetch: Connection['fetch'], headers: Connection['headers']): SessionTransport {
  // The library would open another stream, which is another session that nobody has introduced.
  const answers = guardStream(fetch, () => void transport.close());
  const transport = new SSEClientTransport(new URL(url), {
    requestInit: { headers: { ...headers } },
    fetch: answers.fetch,
  });
  return { transport: transport as Transport, answers, leave: async () => answers.allowEnd() };
}
