import { createHash } from 'node:crypto';
import {
  type IncomingMessage,
  createServer as plainServer,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as secureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export const indexType = 'application/vnd.oci.image.index.v1+json';
export const imageType = 'application/vnd.oci.image.manifest.v1+json';

/** What a repository's tag points at. */
export interface Manifest {
  readonly type: string;
  readonly body: string;
}

export function digestOf({ body }: Manifest): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}

/** A registry that a test fills, with the ways of real ones to ask for credentials and to be in trouble. */
export class RegistryServer {
  /** By `repository:tag`. */
  readonly manifests = new Map<string, Manifest>();
  /** Every request, such as `HEAD /v2/a/manifests/1`. */
  readonly seen: string[] = [];
  /** What it asks for: nothing, a token of its own, or user name and password. */
  asks: 'nothing' | 'token' | 'basic' = 'nothing';
  /** Whose token and whose access counts; anybody's where there is none. */
  user: string | undefined;
  /** Answers that come first, one for each request. */
  readonly troubles: number[] = [];
  /** The header with the digest, where it is not the right one. */
  claims: string | undefined | null;
  readonly #server;

  private constructor(tls: { readonly key: string; readonly cert: string } | undefined) {
    const answer: RequestListener = (request, response) => this.#answer(request, response);
    this.#server = tls ? secureServer(tls, answer) : plainServer(answer);
  }

  static async started(tls?: { readonly key: string; readonly cert: string }): Promise<RegistryServer> {
    const registry = new RegistryServer(tls);
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', `http://${this.host}`);
    this.seen.push(`${request.method} ${pathname}`);
    const given = request.headers.authorization;
    const isUser = this.user === undefined || given === `Basic ${Buffer.from(this.user).toString('base64')}`;
    if (pathname === '/token') {
      if (!isUser) return void response.writeHead(401).end();
      return void response.end(JSON.stringify({ token: `for ${searchParams.get('scope')}` }));
    }
    const trouble = this.troubles.shift();
    if (trouble !== undefined) return void response.writeHead(trouble).end();
    const [, repository = '', which = ''] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(pathname) ?? [];
    const scope = `repository:${repository}:pull`;
    const letsIn = { nothing: true, basic: isUser && given !== undefined, token: given === `Bearer for ${scope}` };
    if (!letsIn[this.asks]) {
      const realm = `Bearer realm="http://${this.host}/token",service="test",scope="${scope}"`;
      return void response
        .writeHead(401, { 'www-authenticate': this.asks === 'basic' ? 'Basic realm="t"' : realm })
        .end();
    }
    const all = [...this.manifests].filter(([name]) => name.startsWith(`${repository}:`));
    const found = all.find(
      ([name, each]) => name === `${repository}:${which}` || which === digestOf(each) || which === this.claims,
    )?.[1];
    if (found === undefined || !request.headers.accept?.includes(found.type)) return void response.writeHead(404).end();
    const claim = this.claims === undefined ? digestOf(found) : this.claims;
    response.writeHead(200, { 'content-type': found.type, ...(claim ? { 'docker-content-digest': claim } : {}) });
    response.end(request.method === 'HEAD' ? undefined : found.body);
  }
}
