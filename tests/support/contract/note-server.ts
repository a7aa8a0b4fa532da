import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { ServerFacts } from '../../../components/system/operations';
import { mainServer, systemWith } from '../objects';

/** What such a server offers to commands: it is written to and read, or only read, for nothing can be removed. */
export function noteFacts(name: string, server: NoteServer, facts: Partial<ServerFacts> = {}): ServerFacts {
  const thing = mainServer(systemWith({}, name));
  const status = (answer: unknown) => ((answer as { count?: number }).count === undefined ? 'no count' : undefined);
  return {
    ...thing,
    transport: server.transport,
    endpoint: { url: server.url, inClusterUrl: server.url },
    ports: { requests: 8000, health: 18000 },
    paths: { mcp: new URL(server.url).pathname, live: '/readyz', ready: '/readyz', routed: '/', healthApart: true },
    tools: ['store', 'find'],
    probe: () => ({
      write: [],
      read: [{ title: 'status answers', call: { tool: 'status', arguments: {} }, problem: status }],
      change: [],
    }),
    ...facts,
  };
}

export interface NoteOptions {
  readonly transport: 'http' | 'sse';
  /** What `Authorization` must hold after `Bearer `. @default nothing is asked for */
  readonly token?: string;
  /** Answers under any host name. @default false */
  readonly takesAnyHost?: boolean;
  /** Address of this machine that it listens on. @default 127.0.0.1 */
  readonly address?: string;
  /** Never says where the messages of a stream go. */
  readonly isMute?: boolean;
}

/**
 * A small server of the official library that keeps notes, for either transport. It has `store`, `find` and `status`, and
 * on a port of its own it says that it is ready.
 */
export class NoteServer {
  readonly notes: string[] = [];
  /** Times that its readiness was asked for. */
  asked = 0;
  readonly #options: NoteOptions;
  readonly #streams = new Map<string, SSEServerTransport>();
  readonly #sessions = new Map<string, StreamableHTTPServerTransport>();
  readonly #http = createServer((request, response) => void this.#answer(request, response));
  readonly #health = createServer((request, response) => {
    this.asked += 1;
    response.writeHead(request.url === '/readyz' ? 200 : 404).end('{}');
  });

  private constructor(options: NoteOptions) {
    this.#options = options;
  }

  static async started(options: NoteOptions): Promise<NoteServer> {
    const server = new NoteServer(options);
    for (const each of [server.#http, server.#health]) {
      await new Promise<void>((resolve) => each.listen(0, options.address ?? '127.0.0.1', resolve));
    }
    return server;
  }

  get transport(): NoteOptions['transport'] {
    return this.#options.transport;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  get healthPort(): number {
    return (this.#health.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/${this.#options.transport === 'sse' ? 'sse' : 'mcp'}`;
  }

  /** Streams and sessions that are open. */
  get open(): number {
    return this.#streams.size + this.#sessions.size;
  }

  /** Ends every connection, as a server does that is killed; it goes on to serve new ones. */
  cut(): void {
    this.#http.closeAllConnections();
  }

  async stop(): Promise<void> {
    for (const server of [this.#http, this.#health]) {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { token, transport } = this.#options;
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://notes');
    if (!this.#options.takesAnyHost && request.headers.host?.startsWith('127.0.0.1:') !== true) {
      response.writeHead(421).end();
    } else if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end();
    } else if (transport === 'sse' && pathname === '/sse' && request.method === 'GET') {
      await this.#stream(response);
    } else if (transport === 'sse' && pathname === '/messages/') {
      const stream = this.#streams.get(searchParams.get('sessionId') ?? '');
      if (stream) await stream.handlePostMessage(request, response);
      else response.writeHead(404).end();
    } else if (transport === 'http' && pathname === '/mcp') {
      await this.#message(request, response);
    } else {
      response.writeHead(404).end();
    }
  }

  async #stream(response: ServerResponse): Promise<void> {
    if (this.#options.isMute) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      return;
    }
    const transport = new SSEServerTransport('/messages/', response);
    this.#streams.set(transport.sessionId, transport);
    response.once('close', () => this.#streams.delete(transport.sessionId));
    await this.#protocol().connect(transport as Transport);
  }

  async #message(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const known = this.#sessions.get(String(request.headers['mcp-session-id']));
    if (known) return known.handleRequest(request, response);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => {
        this.#sessions.set(id, transport);
      },
      onsessionclosed: (id) => {
        this.#sessions.delete(id);
      },
    });
    await this.#protocol().connect(transport as Transport);
    await transport.handleRequest(request, response);
  }

  #protocol(): Server {
    const server = new Server({ name: 'notes', version: '1' }, { capabilities: { tools: {} } });
    const tool = (name: string) => ({ name, inputSchema: { type: 'object' as const } });
    server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: ['store', 'find', 'status'].map(tool) }));
    server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
      const answer = this.#call(params.name, params.arguments ?? {});
      // A call that is never answered.
      if (answer === undefined) return new Promise(() => undefined);
      return { content: [{ type: 'text' as const, text: JSON.stringify(answer) }] };
    });
    return server;
  }

  #call(tool: string, { text = '' }: { text?: string }): unknown {
    if (tool === 'store') this.notes.push(text);
    if (tool === 'find') return { results: this.notes.filter((note) => note.includes(text)) };
    if (tool === 'status') return { count: this.notes.length };
    return tool === 'store' ? { ok: true } : undefined;
  }
}
