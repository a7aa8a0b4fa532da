import { X509Certificate } from 'node:crypto';
import { issuerOf } from '../../../../components/kit/objects/certificate';
import type { DescribedStack } from '../../../stack';
import { objectsOf } from '../../../stack/plan-objects';
import { type Answer, type Check, type Examined, missing, ok, type Question, warning } from '../check';
import type { ClusterReader } from '../cluster-reader';
import { readiness, type WithConditions } from '../conditions';

interface Secret {
  readonly data?: Readonly<Record<string, string>>;
}

/** A certificate that the plan counts on. */
interface Wanted {
  readonly namespace: string;
  readonly hosts: readonly string[];
  readonly secretName: string;
  /** Whether cert-manager makes it. */
  readonly made: boolean;
}

/** The certificates of host names: for these names, and not of the past. That those are there which a person brings, needs.ts asks. */
export const certificates: Check = (examined) => questions(examined, (found) => ok(found));

/** {@link certificates}, where `up` has been: one that has not come is missing. */
export const comeCertificates: Check = (examined) =>
  questions(examined, (found) => missing(found, 'run `pulumi up`, or bring it: `fleet doctor` has the command'));

function questions({ look, stack }: Examined, noneYet: (found: string) => Answer): Question[] {
  return wantedBy(stack).map((wanted) => ({
    subject: `certificate for ${wanted.hosts.join(', ')}`,
    answer: async () => {
      const { namespace, secretName } = wanted;
      const found = await look.at<Secret>(`/api/v1/namespaces/${namespace}/secrets/${secretName}`);
      const text = found?.data?.['tls.crt'];
      if (text) return certificateAnswer(text, wanted);
      return (
        (wanted.made && (await whyNone(look, wanted))) ||
        noneYet(`Secret ${secretName} has none yet${wanted.made ? ', and nobody has been asked for one' : ''}`)
      );
    },
  }));
}

function wantedBy({ plan }: DescribedStack): Wanted[] {
  const ingresses = objectsOf(plan, 'Ingress').flatMap((object) =>
    (object.spec?.tls ?? []).map(({ hosts = [], secretName = '' }) => ({
      namespace: object.metadata.namespace ?? '',
      hosts,
      secretName,
      made: issuerOf(object) !== undefined,
    })),
  );
  const others = objectsOf(plan, 'Certificate').flatMap(({ metadata, spec }) =>
    spec?.dnsNames
      ? [{ namespace: metadata.namespace ?? '', hosts: spec.dnsNames, secretName: spec.secretName, made: true }]
      : [],
  );
  return [...ingresses, ...others];
}

const day = 86_400_000;

function certificateAnswer(text: string, { hosts, made, namespace, secretName }: Wanted): Answer {
  const remedy = made
    ? steps(namespace)
    : `put a certificate for ${hosts.join(', ')} and its key into Secret ${secretName} (kubectl create secret tls)`;
  const certificate = certificateIn(text);
  if (certificate === undefined) return missing(`entry tls.crt of Secret ${secretName} is no certificate`, remedy);
  const others = hosts.filter((host) => certificate.checkHost(host) === undefined);
  if (others.length > 0)
    return missing(`the certificate of Secret ${secretName} is not for ${others.join(', ')}`, remedy);
  const [from, to] = [certificate.validFrom, certificate.validTo].map((text) => new Date(text).getTime()) as [
    number,
    number,
  ];
  const left = to - Date.now();
  if (left < 0) return missing(`the certificate of Secret ${secretName} has ended on ${certificate.validTo}`, remedy);
  // cert-manager renews when a third of the time is left; half of that later it has been failing for long.
  if (left < Math.min(14 * day, (to - from) / 6)) {
    return warning(`the certificate of Secret ${secretName} ends on ${certificate.validTo}`, remedy);
  }
  return ok(`Secret ${secretName}, until ${certificate.validTo}`);
}

function certificateIn(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(Buffer.from(text, 'base64'));
  } catch {
    return undefined;
  }
}

/** What cert-manager says of a certificate that has not come; nothing where it was not asked. Of an Ingress it is called like the Secret. */
async function whyNone(look: ClusterReader, { namespace, secretName }: Wanted): Promise<Answer | undefined> {
  const found = await look.at<WithConditions>(
    `/apis/cert-manager.io/v1/namespaces/${namespace}/certificates/${secretName}`,
  );
  if (found === undefined) return undefined;
  return warning(`Secret ${secretName} has none: ${readiness(found).words}`, steps(namespace));
}

function steps(namespace: string): string {
  return `see which step it waits at: kubectl -n ${namespace} describe certificate,certificaterequest,order,challenge`;
}
