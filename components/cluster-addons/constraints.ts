import type { Constraint } from '../../config/constraint';
import { namespaceConstraints } from '../kit/settings/namespace';
import type { NamedCluster } from '../system';
import type { ClusterAddonsSettings } from './settings';
import type { IssuerSettings } from './settings/issuers';

export function clusterAddonsConstraints(settings: ClusterAddonsSettings, cluster: NamedCluster): Constraint[] {
  const { certManager, issuers } = settings;
  const own =
    certManager.source === 'chart'
      ? { name: certManager.namespace, shared: !certManager.createNamespace }
      : { name: certManager.namespace, shared: true };
  return [
    ...namespaceConstraints(['clusterAddons', 'certManager', 'namespace'], own, cluster).map((constraint) => ({
      ...constraint,
      path: ['clusterAddons', 'certManager', 'namespace'],
    })),
    ...Object.entries(issuers).flatMap(([name, issuer]) =>
      issuerConstraints(['clusterAddons', 'issuers', name], issuer, cluster),
    ),
  ];
}

/** Domains that nobody has (RFC 2606, RFC 6762): an account with such an address is refused, at the first certificate. */
const examples = /[@.](example(\.(com|net|org))?|invalid|test|localhost|local)$/i;

function issuerConstraints(path: string[], issuer: IssuerSettings, cluster: NamedCluster): Constraint[] {
  if (issuer.type === 'selfSigned') {
    return [
      {
        path: [...path, 'type'],
        expected: '"acme", "ca" or "step": on a production stack clients would have to trust what nobody vouches for',
        satisfied: !cluster.production,
      },
    ];
  }
  if (issuer.type !== 'acme') return [];
  const { directory, email, solver } = issuer;
  const { challenge } = solver;
  return [
    {
      path: [...path, 'email'],
      expected: "an address at which somebody is reached, or none: Let's Encrypt refuses accounts of example domains",
      satisfied: directory !== 'production' || email === undefined || !examples.test(email),
    },
    {
      path: [...path, 'directory'],
      expected: '"production", or another directory: no client trusts what Let\'s Encrypt\'s staging signs',
      satisfied: !cluster.production || directory !== 'staging',
    },
    {
      path: [...path, 'solver', 'through'],
      expected: '"gateway", or cluster.ingress set, or challenge "dns01": nothing leads to the answer',
      satisfied: challenge !== 'http01' || solver.through !== 'ingress' || cluster.ingress !== undefined,
    },
    {
      path: [...path, 'solver', 'through'],
      expected: '"ingress", or cluster.gateway set, or challenge "dns01": nothing leads to the answer',
      satisfied: challenge !== 'http01' || solver.through !== 'gateway' || cluster.gateway !== undefined,
    },
    {
      path: [...path, 'solver', 'section'],
      expected: 'none, or through "gateway": an ingress controller has no listeners',
      satisfied: challenge !== 'http01' || solver.section === undefined || solver.through === 'gateway',
    },
    ...(challenge === 'dns01' && solver.dns.provider === 'route53'
      ? [
          {
            path: [...path, 'solver', 'dns', 'secretAccessKey'],
            expected:
              'set exactly where accessKeyId is: an access key is both, and without one it is the role of the pod',
            satisfied: (solver.dns.accessKeyId === undefined) === (solver.dns.secretAccessKey === undefined),
          },
        ]
      : []),
  ];
}
