import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One message of the protocol, as far as a stub looks at it. */
export interface Message {
  readonly id?: number;
  readonly method?: string;
}

type Answer = (message: Message, response: ServerResponse, request: IncomingMessage) => void;

/** A server that answers as a test wants it, for what the real one cannot be brought to do. */
export class StubServer {
  /** Methods of HTTP and of the protocol, in the order in which they came. */
  readonly seen: string[] = [];
  readonly #server;

  private constructor(answer: Answer) {
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => {
        body += part;
      });
      request.once('end', () => {
        const message = body === '' ? {} : (JSON.parse(body) as Message);
        this.seen.push([request.method, message.method].filter(Boolean).join(' '));
        answer(message, response, request);
      });
    });
  }

  static async started(answer: Answer): Promise<StubServer> {
    const stub = new StubServer(answer);
    await new Promise<void>((resolve) => stub.#server.listen(0, '127.0.0.1', resolve));
    return stub;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/mcp`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** An answer in the form of the real server: a stream of events, the first one empty. */
export function events(response: ServerResponse, ...messages: readonly unknown[]): void {
  const data = messages.map((message) => `data: ${JSON.stringify(message)}\n\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream', ...sessionHeader });
  response.end(['data: \nid: 0\nretry: 3000\n\n', ...data].join(''));
}

export const sessionHeader = { 'mcp-session-id': '00000000-0000-0000-0000-000000000000' } as const;

/** Answers as a server does that works, with `sync` as its tool. */
export function working(answerSync: (message: Message, response: ServerResponse) => void): Answer {
  return (message, response) => {
    if (message.method === 'initialize') {
      const result = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'stub', version: '1' } };
      events(response, { jsonrpc: '2.0', id: message.id, result });
    } else if (message.method === 'tools/call') {
      answerSync(message, response);
    } else {
      response.writeHead(202).end();
    }
  };
}

/** The result of a tool, as the real server has it. */
export function toolResult(id: number | undefined, answer: unknown): unknown {
  return { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: JSON.stringify(answer) }], isError: false } };
}
