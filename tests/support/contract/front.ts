import { request as plainRequest } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Pems } from './authority';

/** How a front behaves. */
export interface FrontOptions {
  readonly leaf: Pems;
  /** Sent along with the leaf. */
  readonly chain?: readonly Pems[];
  /** Port of this machine that requests are passed on to. */
  readonly upstream: number;
  /** The only host that is served; others get status 404, as a Gateway has it. @default any */
  readonly hostname?: string;
  /** Milliseconds after which a stream that nobody speaks on is cut. @default never */
  readonly cutAfter?: number;
}

/** A Gateway in front of a server: it terminates TLS and passes requests on as they are. */
export async function startedFront(options: FrontOptions): Promise<{ port: number; stop: () => Promise<void> }> {
  const { leaf, chain = [], upstream, hostname, cutAfter } = options;
  const cert = [leaf, ...chain].map(({ certificate }) => certificate).join('\n');
  const server = createServer({ key: leaf.key, cert }, (request, response) => {
    if (hostname !== undefined && request.headers.host?.split(':')[0] !== hostname) {
      response.writeHead(404).end();
      return;
    }
    const { headers, method, url: path } = request;
    const onward = plainRequest(
      { host: '127.0.0.1', port: upstream, method, path, headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        response.flushHeaders();
        answer.pipe(response);
        if (cutAfter !== undefined && method === 'GET') setTimeout(() => response.destroy(), cutAfter);
      },
    );
    onward.once('error', () => response.destroy());
    response.once('close', () => onward.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { port: (server.address() as AddressInfo).port, stop };
}
