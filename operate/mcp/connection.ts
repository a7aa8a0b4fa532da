import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { Agent, buildConnector, request, fetch as undiciFetch } from 'undici';
import { Failure, messageOf } from '../base/failure';

/** How requests reach a server. */
export interface Connection {
  /** Trusts what the connection was made to trust. */
  readonly fetch: typeof fetch;
  /** A GET with exactly these headers, the Host among them, which `fetch` would set itself. Redirects are answers.
   * Of a stream of events, which need not end, the body is left empty. */
  readonly ask: (url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<Reply>;
  /** What every request carries, such as a bearer token. */
  readonly headers: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** What a server answered. */
export interface Reply {
  readonly status: number;
  readonly body: string;
}

export interface ConnectionOptions {
  /** File with certificates (PEM) to trust beside the public ones and the system's, such as the root of step-ca. */
  readonly ca?: string | undefined;
  /** Where every connection goes, whatever host a URL names. */
  readonly address?: Address | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A place to connect to in the stead of the one that a host name stands for. */
export interface Address {
  readonly host: string;
  /** @default the port of the URL */
  readonly port?: number | undefined;
}

/**
 * Reads `IP`, `IP:PORT` or `[IPv6]:PORT`.
 * @throws Failure when it is none of them
 */
export function parseAddress(text: string): Address {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = isIP(text) > 0 ? text : (bracketed ?? plain);
  if (host === undefined || isIP(host) === 0) {
    throw new Failure(`${text} is no address`, 'name it as IP or IP:PORT, such as 203.0.113.7 or [2001:db8::7]:443');
  }
  return port === undefined || isIP(text) > 0 ? { host } : { host, port: Number(port) };
}

/**
 * Makes a connection.
 * @throws Failure when the file with certificates cannot be read or has none
 */
export function openConnection({ address, ca, headers = {} }: ConnectionOptions = {}): Connection {
  const trusted = trustedCertificates(ca);
  const plain = buildConnector({});
  let secure: buildConnector.connector | undefined;
  const connectorFor = (protocol: string) => {
    if (protocol !== 'https:') return plain;
    secure ??= buildConnector({ secureContext: contextThatTrusts(trusted) });
    return secure;
  };
  const agent = new Agent({
    // Event streams are quiet for as long as nobody has anything to say.
    bodyTimeout: 0,
    connect: (options, done) => {
      const { hostname, port, protocol } = options;
      // The name that the certificate must have, and that a server chooses its certificate by: the URL's, whatever the
      // Host header says and wherever the connection goes.
      const servername = isIP(hostname) === 0 ? { servername: hostname } : {};
      const place = address && { hostname: address.host, port: String(address.port ?? port) };
      return connectorFor(protocol)({ ...options, ...servername, ...place }, done);
    },
  });
  const fetchThrough = (input: unknown, init?: object) =>
    undiciFetch(input as Parameters<typeof undiciFetch>[0], { ...init, dispatcher: agent });
  const ask: Connection['ask'] = async (url, given, signal) => {
    const { body, headers: got, statusCode } = await request(url, { headers: given, signal, dispatcher: agent });
    if (!String(got['content-type']).startsWith('text/event-stream')) {
      return { status: statusCode, body: await body.text() };
    }
    body.once('error', () => undefined).destroy();
    return { status: statusCode, body: '' };
  };
  return { fetch: fetchThrough as unknown as typeof fetch, ask, headers, close: () => agent.destroy() };
}

const contexts = new Map<string, SecureContext>();

/** One for all connections that trust the same: taking in some hundred authorities anew takes tens of milliseconds. */
function contextThatTrusts(ca: string[]): SecureContext {
  const key = ca.join('');
  const context = contexts.get(key) ?? createSecureContext({ ca });
  contexts.set(key, context);
  return context;
}

/**
 * What is trusted: the public authorities, those of the system and of NODE_EXTRA_CA_CERTS, and those of a file.
 * @throws Failure when the file cannot be read or has none
 */
export function trustedCertificates(ca: string | undefined): string[] {
  const own = ca === undefined ? [] : [readCertificates(ca)];
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system'), ...own])];
}

/** The text of a file with certificates. */
export function readCertificates(file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error('it holds no certificate in PEM');
    return text;
  } catch (error) {
    throw new Failure(`the certificates in ${file} cannot be read: ${messageOf(error)}`, 'name a PEM file by --ca');
  }
}
