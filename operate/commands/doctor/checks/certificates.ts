import { X509Certificate } from 'node:crypto';
import type { PlannedObject } from '../../../../components/system/planned-object';
import { makes, objectsOf } from '../../../stack/plan-objects';
import { type Answer, type Check, type Examined, missing, ok, warning } from '../check';

interface Secret {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** The certificates of Ingresses that nobody makes: each in its Secret, and for its host names. */
export const certificates: Check = (examined) => {
  const { plan } = examined.stack;
  if (plan.cluster.ingress?.certificateIssuer) return [];
  return objectsOf(plan, 'Ingress').flatMap((ingress) =>
    (ingress.spec?.tls ?? []).map(({ hosts = [], secretName = '' }) => ({
      subject: `certificate of ${hosts.join(', ')}`,
      answer: async () => {
        const path = `/api/v1/namespaces/${ingress.metadata.namespace}/secrets/${secretName}`;
        const found = await examined.look.at<Secret>(path);
        return found === undefined
          ? absentAnswer(examined, ingress, secretName)
          : certificateAnswer(found, secretName, hosts);
      },
    })),
  );
};

async function absentAnswer(
  { look, stack }: Examined,
  { metadata: { namespace = '' } }: PlannedObject<'Ingress'>,
  secretName: string,
): Promise<Answer> {
  const remedy = `kubectl create secret tls ${secretName} --namespace ${namespace} --cert FILE --key FILE; or set cluster.ingress.certificateIssuer`;
  const isFirst =
    makes(stack.plan, 'Namespace', namespace) && (await look.at(`/api/v1/namespaces/${namespace}`)) === undefined;
  return isFirst
    ? warning(`Secret ${secretName} is not there: its namespace comes with \`up\``, `after \`up\`: ${remedy}`)
    : missing(`Secret ${secretName} is not there: the controller would show a certificate of its own`, remedy);
}

function certificateAnswer({ data = {}, type }: Secret, name: string, hosts: readonly string[]): Answer {
  const remedy = `put a certificate for ${hosts.join(', ')} and its key into Secret ${name} (kubectl create secret tls)`;
  if (type !== 'kubernetes.io/tls' || data['tls.crt'] === undefined || data['tls.key'] === undefined) {
    return missing(`Secret ${name} holds no certificate with its key (type kubernetes.io/tls)`, remedy);
  }
  const certificate = new X509Certificate(Buffer.from(data['tls.crt'], 'base64'));
  const others = hosts.filter((host) => certificate.checkHost(host) === undefined);
  if (others.length > 0) return missing(`the certificate of Secret ${name} is not for ${others.join(', ')}`, remedy);
  if (new Date(certificate.validTo) < new Date()) {
    return missing(`the certificate of Secret ${name} has ended on ${certificate.validTo}`, remedy);
  }
  return ok(`Secret ${name}, until ${certificate.validTo}`);
}
