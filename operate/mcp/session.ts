import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { ToolCall } from '../../components/kit/operations';
import type { Connection } from './connection';
import { watchAnswers } from './cut';

export { ConnectionCut } from './cut';

const clientInfo = { name: 'memory-fleet', version: (require('../../package.json') as { version: string }).version };

/** A session of the official MCP client. */
export interface Session {
  readonly client: Client;
  /**
   * Calls a tool.
   *
   * @returns the JSON of its answer, or its text where it is none
   * @throws McpError where the server answers with a JSON-RPC error, ToolError where the tool does, ConnectionCut where
   *   the answer breaks off
   */
  call(call: ToolCall, options?: CallOptions): Promise<unknown>;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** @default 60 */
  readonly timeoutSeconds?: number;
}

/** Thrown when a tool itself says that it failed. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}

/** Opens a session over streamable HTTP. A server that limits new sessions wants one for a whole piece of work. */
export async function openSession(url: string, connection: Partial<Connection> = {}): Promise<Session> {
  const { fetch = globalThis.fetch, headers = {} } = connection;
  const answers = watchAnswers(fetch);
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
  const client = new Client(clientInfo);
  // The SDK's own types of the two disagree under exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<Client['connect']>[0]);
  return {
    client,
    call: async ({ tool, arguments: given }, { signal, timeoutSeconds = 60 } = {}) => {
      const result = await withOwnSignal(signal, (own) =>
        answers.whole(() =>
          client.callTool({ name: tool, arguments: given }, undefined, { timeout: timeoutSeconds * 1000, signal: own }),
        ),
      );
      const text = (result.content as { text?: string }[])[0]?.text ?? '';
      if (result.isError) throw new ToolError(`${tool}: ${text}`);
      return jsonOrText(text);
    },
    close: async () => {
      await transport.terminateSession().catch(() => undefined);
      await client.close();
    },
  };
}

/** The library never stops listening to a signal, so one that lives long would keep every call and its answer. */
async function withOwnSignal<T>(signal: AbortSignal | undefined, work: (own: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController();
  const abort = () => own.abort(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await work(own.signal);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
