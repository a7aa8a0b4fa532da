import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { FakeMemories } from './fake-memories';

/** What goes wrong with a request. */
export type Fault =
  /** An answer of something in front of the server; the call is not done. */
  | { readonly status: number }
  /** The connection ends; the call is done before where `after` says so. */
  | { readonly cut: 'before' | 'after' }
  | { readonly delayMs: number };

/** A request as far as faults are chosen by it. */
export interface Seen {
  /** Tool of a call, else the method of the protocol. */
  readonly what: string;
  /** How many of that kind there were, this one included. */
  readonly count: number;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface FakeOptions {
  readonly fault?: (seen: Seen) => Fault | undefined;
  /** New sessions within `windowMs`. @default 10 */
  readonly sessionLimit?: number;
  /** @default 60000 */
  readonly windowMs?: number;
}

interface Message {
  readonly method?: string;
  readonly params?: { readonly name?: string; readonly arguments?: Record<string, unknown> };
}

/** A server with the rules of memory-mcp, for faults that the real one does not show on demand. Its rules are held
 * against the real one by the same tests. */
export class FakeMemoryMcp {
  readonly memories = new FakeMemories();
  readonly counts = new Map<string, number>();
  readonly #options: FakeOptions;
  readonly #sessions = new Map<string, StreamableHTTPServerTransport>();
  readonly #opened: number[] = [];
  readonly #http = createServer((request, response) => void this.#answer(request, response));

  private constructor(options: FakeOptions) {
    this.#options = options;
  }

  static async started(options: FakeOptions = {}): Promise<FakeMemoryMcp> {
    const fake = new FakeMemoryMcp(options);
    await new Promise<void>((resolve) => fake.#http.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/mcp`;
  }

  /** Sessions that were asked for, refused ones included. */
  get sessionsAsked(): number {
    return this.counts.get('initialize') ?? 0;
  }

  /** Forgets every session, as a restart does. */
  forgetSessions(): void {
    this.#sessions.clear();
  }

  async stop(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const message = (parts.length === 0 ? {} : JSON.parse(Buffer.concat(parts).toString())) as Message;
    if (await this.#fails(message, request, response)) return;
    const id = request.headers['mcp-session-id'];
    if (id === undefined) return this.#open(message, request, response);
    const transport = this.#sessions.get(String(id));
    if (transport === undefined) return refuse(response, 404, 'Not Found: Session not found');
    await transport.handleRequest(request, response, request.method === 'POST' ? message : undefined);
  }

  /** Whether the request has been dealt with. */
  async #fails(message: Message, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const what = message.params?.name ?? message.method ?? String(request.method);
    const count = (this.counts.get(what) ?? 0) + 1;
    this.counts.set(what, count);
    const fault = this.#options.fault?.({ what, count, arguments: message.params?.arguments ?? {} });
    if (fault === undefined) return false;
    if ('delayMs' in fault) await sleep(fault.delayMs);
    else if ('status' in fault) refuse(response, fault.status, 'made to fail');
    else {
      if (fault.cut === 'after') this.memories.call(what, message.params?.arguments ?? {});
      // The head arrives, the answer does not.
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: \nid: 0\nretry: 3000\n\n');
      setTimeout(() => request.socket.destroy(), 20);
    }
    return !('delayMs' in fault);
  }

  async #open(message: Message, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { sessionLimit = 10, windowMs = 60_000 } = this.#options;
    if (request.method !== 'POST') return refuse(response, 400, 'Bad Request: Session ID is required');
    const recent = this.#opened.filter((time) => time > Date.now() - windowMs);
    if (recent.length >= sessionLimit) {
      const reason = 'session creation rate limit exceeded';
      return refuse(response, 500, `Encounter an error when create session: ${reason}`);
    }
    this.#opened.push(Date.now());
    if (message.method !== 'initialize') return refuse(response, 422, 'Unexpected message, expect initialize request');
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => {
        this.#sessions.set(id, transport);
      },
    });
    const server = new Server({ name: 'rmcp', version: '1' }, { capabilities: { tools: {} } });
    server.setRequestHandler(CallToolRequestSchema, ({ params }) => {
      const answer = this.memories.call(params.name, params.arguments ?? {});
      const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
      return { content: [{ type: 'text' as const, text }] };
    });
    // The SDK's own types of the two disagree under exactOptionalPropertyTypes.
    await server.connect(transport as Transport);
    await transport.handleRequest(request, response, message);
  }
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
}
