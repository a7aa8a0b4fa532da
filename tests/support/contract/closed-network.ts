import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls';
import { type Authority, madeAuthority } from './authority';

/** A server of this machine that stands behind a host name. */
export interface Behind {
  readonly url: string;
}

/**
 * A network whose hosts are reached by a proxy alone: their names are known nowhere else. Each has a certificate that one
 * private authority has signed, and none other.
 */
export class ClosedNetwork {
  /** Hosts and ports that the proxy was asked for, and whole URLs where it was asked without TLS. */
  readonly asked: string[] = [];
  /** What a client must show to the proxy, as `user:password`. @default nothing */
  login: string | undefined;
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly proxy: Server,
    private readonly authority: Authority,
    private readonly hosts: Readonly<Record<string, Behind>>,
  ) {}

  static async started(hosts: Readonly<Record<string, Behind>>): Promise<ClosedNetwork> {
    const proxy = createServer();
    const network = new ClosedNetwork(proxy, await madeAuthority(), hosts);
    proxy.on('request', ({ url = '' }, response) => {
      network.asked.push(url);
      response.writeHead(502).end();
    });
    proxy.on('connect', ({ headers, url = '' }, socket: Socket) => {
      network.#hold(socket);
      network.#answer(url, headers['proxy-authorization'], socket).catch(() => socket.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    return network;
  }

  /** The proxy. */
  get url(): string {
    return `http://127.0.0.1:${(this.proxy.address() as AddressInfo).port}`;
  }

  /** The certificate of the authority. */
  get root(): string {
    return this.authority.root.certificate;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.proxy.closeAllConnections();
    await new Promise<void>((resolve) => this.proxy.close(() => resolve()));
  }

  async #answer(target: string, shown: string | undefined, socket: Socket): Promise<void> {
    this.asked.push(target);
    const name = target.replace(/:\d+$/, '');
    const wanted = this.login && `Basic ${Buffer.from(this.login).toString('base64')}`;
    if (wanted !== undefined && shown !== wanted) {
      socket.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="proxy"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
      );
      return;
    }
    const behind = this.hosts[name];
    if (!behind) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    const { certificate, key } = await this.authority.issue(name);
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    const chain = `${certificate}\n${this.authority.intermediate.certificate}`;
    const secured = this.#hold(
      new TLSSocket(socket, { isServer: true, secureContext: createSecureContext({ cert: chain, key }) }),
    );
    const { hostname, port, protocol } = new URL(behind.url);
    const to = { host: hostname, port: Number(port) };
    const server = this.#hold(protocol === 'https:' ? connectTls({ ...to, rejectUnauthorized: false }) : connect(to));
    secured.pipe(server).pipe(secured);
  }

  #hold<S extends Socket>(socket: S): S {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    return socket;
  }
}
