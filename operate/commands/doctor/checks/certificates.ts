import { X509Certificate } from 'node:crypto';
import { objectsOf } from '../../../stack/plan-objects';
import { type Answer, type Check, missing, ok } from '../check';

interface Secret {
  readonly data?: Readonly<Record<string, string>>;
}

/** The certificates of Ingresses that nobody makes: for their host names, and not of the past. That they are there, needs.ts asks. */
export const certificates: Check = ({ look, stack: { plan } }) => {
  if (plan.cluster.ingress?.certificateIssuer) return [];
  return objectsOf(plan, 'Ingress').flatMap(({ metadata, spec }) =>
    (spec?.tls ?? []).map(({ hosts = [], secretName = '' }) => ({
      subject: `certificate for ${hosts.join(', ')}`,
      answer: async () => {
        const found = await look.at<Secret>(`/api/v1/namespaces/${metadata.namespace}/secrets/${secretName}`);
        const text = found?.data?.['tls.crt'];
        return text === undefined
          ? ok(`Secret ${secretName} has none yet`)
          : certificateAnswer(Buffer.from(text, 'base64'), secretName, hosts);
      },
    })),
  );
};

function certificateAnswer(text: Buffer, name: string, hosts: readonly string[]): Answer {
  const remedy = `put a certificate for ${hosts.join(', ')} and its key into Secret ${name} (kubectl create secret tls)`;
  const certificate = new X509Certificate(text);
  const others = hosts.filter((host) => certificate.checkHost(host) === undefined);
  if (others.length > 0) return missing(`the certificate of Secret ${name} is not for ${others.join(', ')}`, remedy);
  if (new Date(certificate.validTo) < new Date()) {
    return missing(`the certificate of Secret ${name} has ended on ${certificate.validTo}`, remedy);
  }
  return ok(`Secret ${name}, until ${certificate.validTo}`);
}
