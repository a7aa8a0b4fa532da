import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that has come. */
export interface SeenRequest {
  readonly method: string;
  readonly range?: string | undefined;
  readonly authorization?: string | undefined;
}

/** Answers a request; `next` answers as a good server does. */
export type Fault = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** A web server that has one file, as a store of models does, and can be made to fail. */
export class FileServer {
  readonly seen: SeenRequest[] = [];
  /** What befalls the next requests, one each; after them all is well. */
  faults: Fault[] = [];
  content: Buffer;
  /** Other files, by the path that they are asked for. */
  readonly files = new Map<string, Buffer>();
  etag = '"1"';
  /** Whether it sends parts of the file. */
  ranges = true;
  readonly #server: Server;

  private constructor(content: Buffer, server: Server) {
    this.content = content;
    this.#server = server;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { range, authorization } = request.headers;
      this.seen.push({ method: request.method ?? '', range, authorization });
      const fault = this.faults.shift();
      const next = () => this.#answer(request, response);
      if (fault) fault(request, response, next);
      else next();
    });
  }

  static async started(content: Buffer): Promise<FileServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FileServer(content, server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/model.gguf`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const content = this.files.get(new URL(request.url ?? '/', this.url).pathname) ?? this.content;
    const size = content.length;
    const headers = { 'content-type': 'application/octet-stream', etag: this.etag };
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]);
    const same = request.headers['if-range'] === undefined || request.headers['if-range'] === this.etag;
    if (Number.isNaN(start) || !this.ranges || !same) {
      response.writeHead(200, { ...headers, 'content-length': size });
      response.end(request.method === 'HEAD' ? undefined : content);
    } else if (start >= size) {
      response.writeHead(416, { ...headers, 'content-range': `bytes */${size}` }).end();
    } else {
      const part = content.subarray(start);
      const range = `bytes ${start}-${size - 1}/${size}`;
      response.writeHead(206, { ...headers, 'content-length': part.length, 'content-range': range }).end(part);
    }
  }
}

/** Announces the whole file and breaks the connection after some bytes of it. */
export function cutAfter(server: FileServer, bytes: number): Fault {
  return (_request, response) => {
    const { content, etag } = server;
    response.writeHead(200, { 'content-length': content.length, etag });
    response.write(content.subarray(0, bytes), () => setTimeout(() => response.destroy(), 50));
  };
}

/** Answers with a status and a page for people. */
export function page(status: number): Fault {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end('<html>no model here</html>');
  };
}
