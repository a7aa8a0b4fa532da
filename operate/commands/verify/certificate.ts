import { checkServerIdentity, connect, type PeerCertificate } from 'node:tls';
import { messageOf } from '../../base/failure';
import { type Address, trustedCertificates } from '../../mcp/connection';
import type { Finding } from '../../report/report';

/** Days before its end at which a certificate is worth a word. */
export const warnDays = 14;

/** What a server showed. */
interface Shown {
  readonly certificate: PeerCertificate;
  /** Code of what is wrong with its chain, undefined where nothing is. */
  readonly problem: string | undefined;
}

/** Where a certificate is looked at, and what is trusted. */
export interface CertificateOptions {
  readonly hostname: string;
  readonly address: Address;
  readonly ca?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Looks at the certificate of a host: whether its chain is trusted, its name is right and its end is far off. */
export async function certificateFindings(options: CertificateOptions, now = Date.now()): Promise<readonly Finding[]> {
  const subject = 'TLS';
  try {
    const { certificate, problem } = await shown(options);
    return [
      chain(problem, certificate, now, options.ca),
      name(options.hostname, certificate),
      validity(certificate, now),
    ];
  } catch (error) {
    const remedy = 'look at the listener of the Gateway: does it terminate TLS at this port?';
    return [{ subject, status: 'failed', found: `no handshake: ${messageOf(error)}`, remedy }];
  }
}

const remedies: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'let the Gateway send the intermediate certificates too, or name the CA by --ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'name the root of your own CA by --ca or NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'name the root of your own CA by --ca or NODE_EXTRA_CA_CERTS',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'give the Gateway a certificate of a CA, or name this one by --ca',
};
const outOfTime = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];

function chain(problem: string | undefined, certificate: PeerCertificate, now: number, ca?: string): Finding {
  const subject = 'TLS chain';
  const issuer = `issued by ${String(certificate.issuer?.CN ?? certificate.issuer?.O ?? 'somebody without a name')}`;
  // What is wrong with the time of the certificate itself is said once, as its validity.
  if (problem === undefined || (outOfTime.includes(problem) && !isInTime(certificate, now))) {
    return { subject, status: 'ok', found: issuer };
  }
  const remedy = outOfTime.includes(problem)
    ? 'renew the intermediate certificate or the root'
    : (remedies[problem] ?? 'name the root of your own CA by --ca');
  const trusted = ca === undefined ? '' : ` with ${ca}`;
  return { subject, status: 'failed', found: `${issuer}, not trusted${trusted}: ${problem}`, remedy };
}

function name(hostname: string, certificate: PeerCertificate): Finding {
  const subject = 'TLS name';
  const names = (certificate.subjectaltname ?? '').replaceAll('DNS:', '') || 'no name';
  if (checkServerIdentity(hostname, certificate) === undefined) return { subject, status: 'ok', found: names };
  const remedy = `issue it for ${hostname}, for example by the dnsNames of the cert-manager Certificate`;
  return { subject, status: 'failed', found: `for ${names}, not for ${hostname}`, remedy };
}

function validity(certificate: PeerCertificate, now: number): Finding {
  const subject = 'TLS validity';
  const end = Date.parse(certificate.valid_to);
  const days = Math.floor((end - now) / 86_400_000);
  const day = new Date(end).toISOString().slice(0, 10);
  if (Date.parse(certificate.valid_from) > now) {
    return { subject, status: 'failed', found: `not before ${certificate.valid_from}`, remedy: 'set the clocks right' };
  }
  const remedy = 'renew it; with cert-manager look at why it has not: kubectl describe certificate';
  if (end <= now) return { subject, status: 'failed', found: `ended on ${day}`, remedy };
  if (days < warnDays) return { subject, status: 'warning', found: `${days} days left, until ${day}`, remedy };
  return { subject, status: 'ok', found: `${days} days left, until ${day}` };
}

function isInTime(certificate: PeerCertificate, now: number): boolean {
  return Date.parse(certificate.valid_from) <= now && now < Date.parse(certificate.valid_to);
}

/** Takes whatever certificate is shown, because every fault of it is to be told. Nothing is sent. */
function shown({ hostname, address, ca, signal }: CertificateOptions): Promise<Shown> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address.host,
      port: address.port ?? 443,
      servername: hostname,
      ca: trustedCertificates(ca),
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      timeout: 10_000,
    });
    const end = () => socket.destroy(new Error('interrupted'));
    signal?.addEventListener('abort', end, { once: true });
    socket.once('close', () => signal?.removeEventListener('abort', end));
    socket.once('timeout', () => socket.destroy(new Error('no answer within 10 s')));
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const problem = socket.authorized ? undefined : String(socket.authorizationError);
      resolve({ certificate: socket.getPeerCertificate(), problem });
      socket.destroy();
    });
  });
}
