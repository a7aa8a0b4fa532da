import { type Session as OpenSession, openSession as open } from '../../../operate/mcp/session';

/** A session of the official client, with calls as tests write them. */
export interface Session {
  readonly client: OpenSession['client'];
  /** Calls a tool and reads the JSON of its answer. */
  call(tool: string, args?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Calls a tool and returns the text of its answer. */
  text(tool: string, args?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

/** Opens a session, as an agent's client does. */
export async function openSession(url: string, token?: string): Promise<Session> {
  const session = await open(url, token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } });
  const call = (tool: string, args: Record<string, unknown> = {}) => session.call({ tool, arguments: args });
  return {
    client: session.client,
    call: async (tool, args) => (await call(tool, args)) as Record<string, unknown>,
    text: async (tool, args) => (await call(tool, args)) as string,
    close: () => session.close(),
  };
}
