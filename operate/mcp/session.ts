import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { ServerFacts } from '../../components/system/operations';
import type { ToolCall } from '../../components/system/tool-call';
import type { Connection } from './connection';
import { transportFor } from './transport';

export { ConnectionBroken } from './broken-connection';

const clientInfo = { name: 'memory-fleet', version: (require('../../package.json') as { version: string }).version };

/** A session of the official MCP client. */
export interface Session {
  readonly client: Client;
  /**
   * Calls a tool.
   *
   * @returns the JSON of its answer, or its text where it is none
   * @throws McpError where the server answers with a JSON-RPC error, ToolError where the tool does, ConnectionBroken where
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

/** Seconds in which a server must have introduced itself. */
const introductionSeconds = 60;

/**
 * Opens a session. A server that limits new sessions wants one for a whole piece of work.
 * @throws Error where the server refuses, or says nothing: something before it may hold back what it says
 */
export async function openSession(
  url: string,
  connection: Partial<Connection> = {},
  kind: ServerFacts['transport'] = 'http',
): Promise<Session> {
  const { answers, leave, transport } = transportFor(kind, url, connection);
  const client = new Client(clientInfo);
  try {
    await inTime(client.connect(transport));
  } catch (error) {
    // The library would go on trying to open a stream of events.
    await transport.close();
    throw error;
  }
  return {
    client,
    call: async ({ tool, arguments: given }, { signal, timeoutSeconds = 60 } = {}) => {
      const result = await withOwnSignal(signal, (own) =>
        answers.guarded(() =>
          client.callTool({ name: tool, arguments: given }, undefined, { timeout: timeoutSeconds * 1000, signal: own }),
        ),
      );
      const text = (result.content as { text?: string }[])[0]?.text ?? '';
      if (result.isError) throw new ToolError(`${tool}: ${text}`);
      return jsonOrText(text);
    },
    close: async () => {
      await leave().catch(() => undefined);
      await client.close();
    },
  };
}

/** The library waits for the start of a stream of events without end. */
async function inTime(introduction: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`the server has not introduced itself within ${introductionSeconds} s`);
    timer = setTimeout(() => reject(error), introductionSeconds * 1000);
  });
  await Promise.race([introduction, late]).finally(() => clearTimeout(timer));
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
