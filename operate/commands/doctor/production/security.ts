import { openConnection } from '../../../mcp/connection';
import { forwardedPod, type ServerPlace } from '../../../mcp/endpoint';
import type { Finding } from '../../../report/report';
import { describedIn, objectsOf } from '../../../stack/plan-objects';
import { unauthenticatedFinding } from '../../verify/http';
import { type Answer, missing, ok } from '../check';
import { comeCertificates } from '../checks/certificates';
import { madeSecrets } from '../checks/made-secrets';
import { network } from '../checks/network';
import { secretStores } from '../checks/secret-stores';
import { accountsAnswer } from './accounts';
import { withLive } from './live';
import { every, type Inspected, namespacesOf, none, notAsked, of, type Points, together, yours } from './point';
import { ageAnswer } from './secret-age';

/** Who may reach the pods, what they may do, and what keeps their secrets. */
export const security: Points = (inspected) => [
  { subject: 'network policies are there and enforced', answer: () => policiesAnswer(inspected) },
  { subject: 'Pod Security restricted is enforced', answer: () => podSecurityAnswer(inspected) },
  {
    subject: 'secrets come from a store',
    answer: () =>
      every(
        [...secretStores(inspected), ...madeSecrets(inspected)],
        yours(
          'no Secret of the plan is made from a store',
          'see who holds the encrypted values of the stack file, and whether cluster.externalSecrets would serve better',
        ),
      ),
  },
  { subject: 'TLS certificates are there and do not end soon', answer: () => tlsAnswer(inspected) },
  { subject: 'clients without a token are refused', answer: () => refusalAnswer(inspected) },
  { subject: `secrets are younger than ${inspected.secretDays} days`, answer: () => ageAnswer(inspected) },
  { subject: 'service accounts may do no more than the plan says', answer: () => accountsAnswer(inspected) },
];

async function policiesAnswer(inspected: Inspected): Promise<Answer> {
  const { look, stack } = inspected;
  const policies = describedIn(stack.plan)
    .map(({ object }) => object)
    .filter(({ kind }) => kind.endsWith('NetworkPolicy'));
  const enforced = await every(network(inspected), ok(''));
  const seen = await withLive(look, policies);
  const answer = none(
    seen,
    ({ live, planned }) => (live ? undefined : `${planned.kind} ${planned.metadata.name} is not there`),
    {
      absent: missing('the plan has no policy', 'see why: every system of this program has them'),
      found: `${seen.length} policies; ${enforced.found}`,
      remedy: 'run `pulumi up`',
    },
  );
  return answer.status === 'ok' ? { ...enforced, found: answer.found } : answer;
}

const level = 'pod-security.kubernetes.io/enforce';

async function podSecurityAnswer(inspected: Inspected): Promise<Answer> {
  const names = namespacesOf(inspected);
  const seen = await Promise.all(
    names.map(async (name) => ({
      name,
      labels: (await inspected.look.at<{ metadata: { labels?: Record<string, string> } }>(`/api/v1/namespaces/${name}`))
        ?.metadata.labels,
    })),
  );
  return none(
    seen,
    ({ labels, name }) =>
      labels?.[level] === 'restricted'
        ? undefined
        : `${name} ${labels ? `has ${labels[level] ?? 'no level'}` : 'is not there'}`,
    {
      absent: notAsked('the plan has no namespace'),
      found: `in ${names.join(', ')}: a pod that does not conform is not admitted`,
      remedy: `run \`pulumi up\`, or for a shared namespace: kubectl label namespace NAME ${level}=restricted`,
    },
  );
}

async function tlsAnswer(inspected: Inspected): Promise<Answer> {
  const { plan } = inspected.stack;
  const plain = objectsOf(plan, 'Ingress').filter(({ spec }) => (spec?.tls ?? []).length === 0);
  if (plain.length > 0) {
    return missing(
      `plain HTTP: Ingress ${plain.map(({ metadata }) => metadata.name).join(', ')}`,
      'give its exposure a certificate: cluster.ingress.certificateIssuer or tlsSecretName',
    );
  }
  const routed = objectsOf(plan, 'HTTPRoute').map(({ metadata }) => metadata.name);
  const none =
    routed.length > 0
      ? yours(`the Gateway of ${routed.join(', ')} has its own`, 'fleet verify says until when it is good')
      : notAsked('nothing of the plan is reached by a host name');
  return every(comeCertificates(inspected), none);
}

/** Asks each server without a token: by the port that its proxy guards, or by the host name where the Gateway asks. */
async function refusalAnswer({ cluster, signal, stack }: Inspected): Promise<Answer> {
  const findings: Finding[] = [];
  for (const system of stack.plan.systems) {
    for (const server of system.operations.servers) {
      const place = { stack: stack.name, system, server, cluster: async () => cluster };
      findings.push({ ...(await withoutToken(place, signal)), subject: of(system, server.name) });
    }
  }
  return together(findings, notAsked('the stack has no server'));
}

async function withoutToken(place: ServerPlace, signal: AbortSignal): Promise<Finding> {
  const { access, endpoint, paths, ports } = place.server;
  const subject = place.server.name;
  if (access.mode === 'none') {
    const remedy = 'set authentication of the system: whoever reaches it may use it';
    return { subject, status: 'missing', found: 'asks nobody for a token', remedy };
  }
  const connection = openConnection();
  const asks = access.mode === 'bearer' || access.mode === 'clients';
  const forwarded = asks ? (await forwardedPod(place, ports.requests)).forwarded : undefined;
  try {
    const root = forwarded ? `http://127.0.0.1:${forwarded.port}` : new URL(endpoint.url).origin;
    return await unauthenticatedFinding({ root, connection, signal }, paths.mcp);
  } finally {
    await connection.close();
    await forwarded?.close();
  }
}
