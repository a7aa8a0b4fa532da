import type { IClusterIssuer } from '@kubernetes-models/cert-manager/cert-manager.io/v1';
import type { ClusterFacts } from '../../config/cluster';
import { gatewayParents } from '../../config/cluster/entrances';
import { acmeIssuer, clusterIssuer, stepClusterIssuer } from '../kit/objects/cluster-issuer';
import type { Described } from '../system/described';
import { clusterWide } from './names';
import type { DnsSettings, IssuerSettings, SolverSettings } from './settings/issuers';

type Solver = NonNullable<NonNullable<NonNullable<IClusterIssuer['spec']>['acme']>['solvers']>[number];

/** Directories of Let's Encrypt. @see https://letsencrypt.org/docs/acme-protocol-updates/ */
const directories: Readonly<Record<string, string>> = {
  staging: 'https://acme-staging-v02.api.letsencrypt.org/directory',
  production: 'https://acme-v02.api.letsencrypt.org/directory',
};

/**
 * An issuer for the whole cluster. Its Secrets are looked for in the namespace of cert-manager.
 *
 * @param namespace that of cert-manager
 */
export function issuerObject(
  name: string,
  settings: IssuerSettings,
  namespace: string,
  cluster: ClusterFacts,
): Described<'ClusterIssuer'> | Described<'StepClusterIssuer'> {
  const metadata = clusterWide(name);
  switch (settings.type) {
    case 'selfSigned':
      return clusterIssuer(metadata, { selfSigned: {} });
    case 'ca':
      return clusterIssuer(metadata, { ca: { secretName: settings.secretName } });
    case 'acme':
      return acmeIssuer(metadata, {
        server: directories[settings.directory] ?? settings.directory,
        accountKeySecretName: settings.accountKeySecretName ?? `${name}-key`,
        solver: solverOf(settings.solver, cluster),
        ...(settings.email === undefined ? {} : { email: settings.email }),
      });
    case 'step': {
      const { name: provisioner, keyId, password } = settings.provisioner;
      return stepClusterIssuer(metadata, {
        url: settings.url,
        caBundle: settings.caBundle,
        provisioner: {
          name: provisioner,
          kid: keyId,
          passwordRef: { name: password.secretName, namespace, key: password.secretKey },
        },
      });
    }
  }
}

function solverOf(solver: SolverSettings, { gateway, ingress }: ClusterFacts): Solver {
  if (solver.challenge === 'dns01') return { dns01: dnsSolver(solver.dns) };
  if (solver.through === 'ingress') {
    if (!ingress)
      throw new Error('a challenge through an ingress controller that is not there has been refused before');
    return { http01: { ingress: { ingressClassName: ingress.className } } };
  }
  const [parent] = gateway ? gatewayParents(gateway) : [];
  if (!parent) throw new Error('a challenge through a Gateway that is not there has been refused before');
  const { name, namespace } = parent;
  const { section } = solver;
  return {
    http01: {
      gatewayHTTPRoute: {
        parentRefs: [
          {
            group: 'gateway.networking.k8s.io',
            kind: 'Gateway',
            name,
            ...(namespace ? { namespace } : {}),
            ...(section ? { sectionName: section } : {}),
          },
        ],
      },
    },
  };
}

const entry = ({ secretKey, secretName }: { readonly secretKey: string; readonly secretName: string }) => ({
  name: secretName,
  key: secretKey,
});

function dnsSolver(dns: DnsSettings): NonNullable<Solver['dns01']> {
  switch (dns.provider) {
    case 'cloudflare':
      return { cloudflare: { apiTokenSecretRef: entry(dns.token) } };
    case 'digitalocean':
      return { digitalocean: { tokenSecretRef: entry(dns.token) } };
    case 'route53': {
      const { accessKeyId, hostedZoneId, region, secretAccessKey } = dns;
      return {
        route53: {
          region,
          ...(hostedZoneId ? { hostedZoneID: hostedZoneId } : {}),
          ...(accessKeyId ? { accessKeyID: accessKeyId } : {}),
          ...(secretAccessKey ? { secretAccessKeySecretRef: entry(secretAccessKey) } : {}),
        },
      };
    }
    case 'rfc2136':
      return {
        rfc2136: {
          nameserver: dns.nameserver,
          tsigKeyName: dns.keyName,
          tsigAlgorithm: dns.algorithm,
          tsigSecretSecretRef: entry(dns.key),
        },
      };
  }
}
