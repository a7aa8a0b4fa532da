import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

/** What of its surroundings the server asks for its health. */
export interface KnowledgeStores {
  readonly chroma: () => Promise<boolean>;
  /** Absent where there was no graph when the server started: then it has no graph's tools, and its health is silent of it. */
  readonly graph?: () => Promise<boolean>;
}

export interface KnowledgeOptions {
  /** Environment of the server, of which it reads what the real one reads. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** @default a Chroma that is there, and no graph */
  readonly stores?: KnowledgeStores;
  /** Whether it is upstream's as it is: then its streamable route starts every transport twice. @default false */
  readonly isUnpatched?: boolean;
}

/** What the real one lists, with the patch and without a token for GitHub. */
const tools = [
  ...['semantic_search', 'list_indexed_repositories', 'trigger_incremental_update', 'get_update_status'],
  ...['search_documents', 'list_watched_folders', 'register_local_folder'],
];
const graphTools = ['get_dependencies', 'get_dependents', 'get_architecture', 'find_path', 'get_graph_metrics'];
/** What the real one's parser of bodies takes. */
const bodyLimit = 100 * 1024;

/**
 * Stands in for the HTTP side of Personal Knowledge MCP: its routes, and the habits that what lies in front of it has to
 * know. It judges origins by a list, counts requests by the address of the socket, answers large bodies by 500, and on
 * its SSE route looks for the session in a header.
 *
 * @see https://github.com/sethships/PersonalKnowledgeMCP/tree/c11ada4/src/http
 */
export class KnowledgeServer {
  /** Headers of every request that came, the latest last. */
  readonly received: IncomingMessage['headers'][] = [];
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #stores: KnowledgeStores;
  readonly #isUnpatched: boolean;
  readonly #streams = new Map<string, SSEServerTransport>();
  readonly #sessions = new Map<string, StreamableHTTPServerTransport>();
  readonly #counts = new Map<string, { since: number; count: number }>();
  readonly #http = createServer((request, response) => void this.#answer(request, response));

  private constructor({ env = {}, stores = { chroma: async () => true }, isUnpatched = false }: KnowledgeOptions) {
    this.#env = env;
    this.#stores = stores;
    this.#isUnpatched = isUnpatched;
  }

  /** Listens where HTTP_HOST and HTTP_PORT say; without them on a free port of the loopback address. */
  static async started(options: KnowledgeOptions = {}): Promise<KnowledgeServer> {
    const server = new KnowledgeServer(options);
    const { HTTP_HOST = '127.0.0.1', HTTP_PORT = '0' } = server.#env;
    await new Promise<void>((resolve) => server.#http.listen(Number(HTTP_PORT), HTTP_HOST, resolve));
    return server;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  /** Streams and sessions that are open. */
  get open(): number {
    return this.#streams.size + this.#sessions.size;
  }

  async stop(): Promise<void> {
    for (const transport of [...this.#streams.values(), ...this.#sessions.values()]) await transport.close();
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.received.push(request.headers);
    const { pathname } = new URL(request.url ?? '/', 'http://knowledge');
    const body = await bodyOf(request);
    if (body === 'too large') return refuse(response, 500, 'INTERNAL_ERROR');
    if (!this.#admits(request.headers.origin, response)) return refuse(response, 403, 'CORS_ORIGIN_NOT_ALLOWED');
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    if (pathname === '/health') return this.#health(response);
    if (pathname.startsWith('/api/v1/') && !this.#counted(request, response)) return;
    if (pathname === '/api/v1/mcp') return this.#streamable(request, response, body);
    if (pathname === '/api/v1/sse' && request.method === 'GET') return this.#stream(response);
    if (pathname === '/api/v1/sse' && request.method === 'POST') return this.#message(request, response, body);
    refuse(response, 404, 'NOT_FOUND');
  }

  /** DELETE is not among the methods and the session's header not among those that scripts may read. */
  #admits(origin: string | undefined, response: ServerResponse): boolean {
    const { CORS_ENABLED, CORS_ORIGINS = 'http://localhost:3000' } = this.#env;
    if (CORS_ENABLED === 'false') return true;
    response.setHeader('Vary', 'Origin');
    response.setHeader('Access-Control-Allow-Credentials', 'true');
    response.setHeader('Access-Control-Allow-Methods', 'GET,POST,OPTIONS');
    response.setHeader('Access-Control-Expose-Headers', 'X-Request-Id');
    if (origin === undefined) return true;
    response.setHeader('Access-Control-Allow-Origin', origin);
    return CORS_ORIGINS.split(',').includes(origin);
  }

  /** Every request but GET is a write, the refused ones too. */
  #counted({ method = 'GET', socket }: IncomingMessage, response: ServerResponse): boolean {
    const { RATE_LIMIT_ENABLED, RATE_LIMIT_READ_PER_MINUTE = '60', RATE_LIMIT_WRITE_PER_MINUTE = '30' } = this.#env;
    if (RATE_LIMIT_ENABLED === 'false') return true;
    const limit = Number(method === 'GET' ? RATE_LIMIT_READ_PER_MINUTE : RATE_LIMIT_WRITE_PER_MINUTE);
    const key = `${method === 'GET'} ${socket.remoteAddress}`;
    const known = this.#counts.get(key);
    const now = Date.now();
    const window = known && now - known.since < 60_000 ? known : { since: now, count: 0 };
    window.count += 1;
    this.#counts.set(key, window);
    if (window.count <= limit) return true;
    response.setHeader('Retry-After', Math.ceil((window.since + 60_000 - now) / 1000));
    refuse(response, 429, 'RATE_LIMIT_EXCEEDED');
    return false;
  }

  async #health(response: ServerResponse): Promise<void> {
    const [chroma, graph] = await Promise.all([this.#stores.chroma(), this.#stores.graph?.()]);
    const status = !chroma ? 'unhealthy' : graph === false ? 'degraded' : 'healthy';
    const inWords = (connected: boolean) => (connected ? 'connected' : 'disconnected');
    const checks = { chromadb: inWords(chroma), ...(graph === undefined ? {} : { neo4j: inWords(graph) }) };
    response.writeHead(status === 'healthy' ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status, version: '1.0.0', uptime: process.uptime(), checks }));
  }

  async #stream(response: ServerResponse): Promise<void> {
    const transport = new SSEServerTransport('/api/v1/sse', response);
    this.#streams.set(transport.sessionId, transport);
    response.once('close', () => this.#streams.delete(transport.sessionId));
    await this.#protocol().connect(transport as Transport);
  }

  async #message(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    const session = request.headers['mcp-session-id'];
    if (session === undefined) return refuse(response, 400, 'MISSING_SESSION_ID');
    const transport = this.#streams.get(String(session));
    if (!transport) return refuse(response, 400, 'INVALID_SESSION');
    await transport.handlePostMessage(request, response, body);
  }

  async #streamable(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    const session = request.headers['mcp-session-id'];
    const known = session === undefined ? undefined : this.#sessions.get(String(session));
    if (known) return known.handleRequest(request, response, body);
    if (session !== undefined) return refuse(response, 404, 'Session not found');
    if (request.method !== 'POST') return refuse(response, 400, 'Mcp-Session-Id header is required');
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: async (id) => {
        await this.#protocol().connect(transport as Transport);
        this.#sessions.set(id, transport);
      },
      onsessionclosed: (id) => {
        this.#sessions.delete(id);
      },
    });
    if (this.#isUnpatched) await transport.start();
    await transport.handleRequest(request, response, body);
  }

  #protocol(): Server {
    const server = new Server({ name: 'personal-knowledge-mcp', version: '1.0.0' }, { capabilities: { tools: {} } });
    const own = [...tools, ...(this.#stores.graph ? graphTools : [])];
    server.setRequestHandler(ListToolsRequestSchema, () => ({
      tools: own.map((name) => ({ name, inputSchema: { type: 'object' as const } })),
    }));
    server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
      const answer = this.#call(params.name, params.arguments ?? {});
      return { content: [{ type: 'text' as const, text: JSON.stringify(answer) }] };
    });
    return server;
  }

  #call(tool: string, { path }: { path?: string }): unknown {
    if (tool === 'register_local_folder') return this.#register(String(path));
    const repositories = this.#repositories();
    return { repositories, summary: { total_repositories: repositories.length } };
  }

  #repositories(): unknown[] {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as unknown[];
    } catch {
      return [];
    }
  }

  /** Written beside and then renamed, with the path that the folder has here. */
  #register(localPath: string): unknown {
    const list = [...this.#repositories(), { name: localPath, localPath }];
    mkdirSync(this.#data, { recursive: true });
    writeFileSync(`${this.#file}.tmp`, JSON.stringify(list));
    renameSync(`${this.#file}.tmp`, this.#file);
    return { success: true, localPath };
  }

  get #data(): string {
    return this.#env.DATA_PATH ?? './data';
  }

  get #file(): string {
    return join(this.#data, 'repositories.json');
  }
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { code } }));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const part of request) text += part;
  if (text.length > bodyLimit) return 'too large';
  return text === '' ? undefined : JSON.parse(text);
}
