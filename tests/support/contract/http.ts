import { type Agent, type IncomingHttpHeaders, request } from 'node:http';

/** A request to a loopback port, with every header as the test wants it, the Host included. */
export interface RawRequest {
  readonly port: number;
  /** @default 127.0.0.1 */
  readonly host?: string | undefined;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Keeps the connection for the next request. @default a connection of its own */
  readonly agent?: Agent;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Our end of the connection. */
  readonly localPort: number | undefined;
}

/** Sends a request as it is and reads the answer to its end. */
export function send({
  port,
  host = '127.0.0.1',
  path,
  method = 'GET',
  headers = {},
  body,
  agent,
}: RawRequest): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host, port, path, method, headers, agent: agent ?? false }, (response) => {
      let text = '';
      const { localPort } = response.socket;
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, localPort }),
      );
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/** The first message of a session, as a client of the protocol sends it. */
export function initialize(
  port: number,
  headers: Readonly<Record<string, string>> = {},
  path = '/mcp',
): Promise<RawResponse> {
  return send({
    port,
    path,
    method: 'POST',
    headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'contract', version: '1' } },
    }),
  });
}
