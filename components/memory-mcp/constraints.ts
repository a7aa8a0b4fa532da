import type { ClusterFacts } from '../../config/cluster';
import { type Demand, noSecretStore, secretKeyDemands } from '../../config/constraint';
import type { MemoryMcpSettings } from './settings';

/** Encrypted keys that memory-mcp may read. */
export const memoryMcpSecretKeys = ['memoryMcpToken', 'memoryMcpBearer'] as const;

type Secrets = Readonly<Partial<Record<(typeof memoryMcpSecretKeys)[number], unknown>>>;

/** What must hold between the keys of memory-mcp and the rest of a stack file. */
export function memoryMcpDemands(memoryMcp: MemoryMcpSettings, cluster: ClusterFacts, secrets: Secrets): Demand[] {
  const { authentication, hostname, token } = memoryMcp;
  const bearer = authentication?.mode === 'bearer' ? authentication.secret : undefined;
  return [
    {
      path: ['memoryMcp', 'hostname'],
      expected: 'no host name, or cluster.gateway set: a route needs a Gateway to attach to',
      holds: !hostname || cluster.gateway !== undefined,
    },
    {
      path: ['memoryMcp', 'authentication', 'mode'],
      expected: '"bearer" or "none", or a host name on a Gateway whose implementation is "envoy-gateway"',
      holds:
        authentication?.mode !== 'gateway' ||
        (hostname !== undefined && cluster.gateway?.implementation === 'envoy-gateway'),
    },
    {
      path: ['memoryMcp', 'applicationPath'],
      expected: 'no path, or cluster.argocd set: there is no Application to read it',
      holds: memoryMcp.applicationPath === undefined || cluster.argocd !== undefined,
    },
    {
      path: ['memoryMcp', 'token', 'secretKey'],
      expected: '"token", or another token.source: the login writes no other key',
      holds: token.source !== 'bootstrap' || token.secretKey === 'token',
    },
    {
      path: ['memoryMcp', 'token', 'source'],
      expected: noSecretStore,
      holds: token.source !== 'externalSecret' || cluster.externalSecrets !== undefined,
    },
    {
      path: ['memoryMcp', 'authentication', 'secret', 'source'],
      expected: noSecretStore,
      holds: bearer?.source !== 'externalSecret' || cluster.externalSecrets !== undefined,
    },
    ...secretKeyDemands('memoryMcpToken', secrets.memoryMcpToken, token.source, ['memoryMcp', 'token', 'source']),
    ...secretKeyDemands('memoryMcpBearer', secrets.memoryMcpBearer, bearer?.source, [
      ...['memoryMcp', 'authentication', 'secret', 'source'],
    ]),
  ];
}
