import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/** A session of the official client. */
export interface Session {
  readonly client: Client;
  /** Calls a tool and reads the JSON of its answer. */
  call(tool: string, args?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Calls a tool and returns the text of its answer. */
  text(tool: string, args?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

/** Opens a session, as an agent's client does. */
export async function openSession(url: string, token?: string): Promise<Session> {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  const client = new Client({ name: 'contract', version: '1' });
  await client.connect(transport as Parameters<Client['connect']>[0]);
  const text = async (tool: string, args: Record<string, unknown> = {}) => {
    const { content } = await client.callTool({ name: tool, arguments: args });
    return (content as { text: string }[])[0]?.text ?? '';
  };
  return {
    client,
    text,
    call: async (tool, args) => JSON.parse(await text(tool, args)) as Record<string, unknown>,
    close: async () => {
      await transport.terminateSession();
      await client.close();
    },
  };
}
