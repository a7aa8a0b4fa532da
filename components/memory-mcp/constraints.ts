import type { ClusterFacts } from '../../config/cluster';
import type { Constraint } from '../../config/constraint';
import { bearerSource } from '../kit/parts/access';
import { apiKeysSecret } from '../kit/settings/authentication';
import { backupSecrets } from '../kit/settings/backup';
import { clientConstraints } from '../kit/settings/clients';
import { attachmentConstraints, encryptionConstraints, nodePortConstraint, tlsSecrets } from '../kit/settings/exposure';
import { namedSecret, separateSecrets } from '../kit/settings/named-secrets';
import { namespaceConstraints } from '../kit/settings/namespace';
import { secretConstraints } from '../kit/settings/secret-source';
import { tlsConstraints } from '../kit/settings/tls';
import { exposureSettings } from './exposure';
import type { MemoryMcpSecrets } from './secrets';
import type { MemoryMcpSettings } from './settings';

/** What must hold between the keys of memory-mcp and the rest of a stack file. */
export function memoryMcpConstraints(
  memoryMcp: MemoryMcpSettings,
  cluster: ClusterFacts,
  secrets: MemoryMcpSecrets,
): Constraint[] {
  const { authentication, exposure, hostname, token } = memoryMcp;
  const bearer = bearerSource(authentication);
  const password = memoryMcp.backup.volume?.password;
  return [
    ...namespaceConstraints(['memoryMcp', 'namespace'], memoryMcp.namespace, cluster, memoryMcp.clients),
    ...separateSecrets(secretsNamed(memoryMcp, cluster)),
    {
      path: ['memoryMcp', 'hostname'],
      expected: 'no host name, or cluster.gateway set: a route needs a Gateway to attach to',
      satisfied: !hostname || cluster.gateway !== undefined,
    },
    {
      path: ['memoryMcp', 'hostname'],
      expected: 'no host name beside memoryMcp.exposure: alone it stands for a route of the Gateway',
      satisfied: !hostname || exposure === undefined,
    },
    ...clientConstraints(['memoryMcp', 'clients'], memoryMcp.clients, cluster),
    ...tlsConstraints(['memoryMcp', 'exposure'], exposure?.kind === 'ingress' ? exposure : undefined, cluster),
    ...attachmentConstraints(['memoryMcp', 'exposure', 'kind'], exposure?.kind ?? 'none', cluster),
    ...encryptionConstraints(exposureSettings(memoryMcp).kind, authentication, cluster),
    nodePortConstraint(
      ['memoryMcp', 'exposure', 'port'],
      exposure?.kind === 'nodePort' ? exposure.port : undefined,
      cluster,
    ),
    {
      path: ['memoryMcp', 'server', 'allowedHosts'],
      expected:
        'the names or addresses by which clients reach the port: the server refuses every other with status 403',
      satisfied:
        (exposure?.kind !== 'nodePort' && exposure?.kind !== 'loadBalancer') ||
        memoryMcp.server.allowedHosts.length > 0,
    },
    {
      path: ['memoryMcp', 'authentication', 'mode'],
      expected: '"bearer" or "none", or a host name on a Gateway whose implementation is "envoy-gateway"',
      satisfied:
        authentication?.mode !== 'gateway' ||
        (hostname !== undefined && cluster.gateway?.implementation === 'envoy-gateway'),
    },
    {
      path: ['memoryMcp', 'applicationPath'],
      expected: 'no path, or cluster.argocd set: there is no Application to read it',
      satisfied: memoryMcp.applicationPath === undefined || cluster.argocd !== undefined,
    },
    {
      path:
        memoryMcp.pods?.runAsUser === undefined ? ['cluster', 'pods', 'runAsUser'] : ['memoryMcp', 'pods', 'runAsUser'],
      expected:
        '"image" in memoryMcp.pods: the model in the image is for its user 1000 alone. On OpenShift allow the accounts of its namespace nonroot-v2, see docs/pods.md',
      satisfied: cluster.pods.runAsUser !== 'platform',
    },
    {
      path: ['memoryMcp', 'token', 'secretKey'],
      expected: '"token", or another token.source: the login writes no other key',
      satisfied: token.source !== 'bootstrap' || token.secretKey === 'token',
    },
    ...secretConstraints(
      ['memoryMcp', 'backupPassword'],
      secrets.backupPassword,
      password?.source,
      ['memoryMcp', 'backup', 'volume', 'password', 'source'],
      cluster,
    ),
    ...secretConstraints(
      ['memoryMcp', 'token'],
      secrets.token,
      token.source,
      ['memoryMcp', 'token', 'source'],
      cluster,
    ),
    ...secretConstraints(
      ['memoryMcp', 'bearer'],
      secrets.bearer,
      bearer?.source,
      ['memoryMcp', 'authentication', 'secret', 'source'],
      cluster,
    ),
  ];
}

/** Every Secret that the settings name. */
function secretsNamed({ authentication, backup, exposure, token }: MemoryMcpSettings, cluster: ClusterFacts) {
  const at = (...path: string[]) => ['memoryMcp', ...path];
  return [
    namedSecret(at('token'), token),
    namedSecret(at('authentication', 'secret'), bearerSource(authentication)),
    apiKeysSecret(at('authentication'), authentication),
    ...backupSecrets(at('backup', 'volume'), backup.volume),
    ...tlsSecrets(at('exposure'), exposure, cluster),
  ];
}
