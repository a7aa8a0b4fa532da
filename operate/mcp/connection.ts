import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { Agent, fetch as undiciFetch } from 'undici';
import { Failure, messageOf } from '../failure';

/** How requests reach a server. */
export interface Connection {
  /** Trusts what the connection was made to trust. */
  readonly fetch: typeof fetch;
  /** What every request carries, such as a bearer token. */
  readonly headers: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface ConnectionOptions {
  /** File with certificates (PEM) to trust beside the public ones, such as the root of step-ca. */
  readonly ca?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Makes a connection.
 * @throws Failure when the file with certificates cannot be read or has none
 */
export function openConnection({ ca, headers = {} }: ConnectionOptions = {}): Connection {
  const agent = new Agent({
    // Event streams are quiet for as long as nobody has anything to say.
    bodyTimeout: 0,
    connect: ca === undefined ? {} : { ca: [...rootCertificates, readCertificates(ca)] },
  });
  const fetchThrough = (input: unknown, init?: object) =>
    undiciFetch(input as Parameters<typeof undiciFetch>[0], { ...init, dispatcher: agent });
  return { fetch: fetchThrough as unknown as typeof fetch, headers, close: () => agent.destroy() };
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
