import { type BaseName, bases } from './impact-bases';
import { type Config, changed } from './impact-config';

/** A change of one key, previewed on a stack that is up. */
export interface Change {
  readonly base: BaseName;
  /** Path of the key; `[]` is the first entry of a list. */
  readonly path: string;
  /** The new value; undefined leaves the key out. */
  readonly to: unknown;
  /** What has to change along with it, by path. */
  readonly along: Readonly<Record<string, unknown>>;
  /** The change in words, where its values mean nothing outside of this run. */
  readonly inWords?: string;
}

/** The stack file after a change. */
export function configAfter({ base, path, to, along }: Change): Config {
  return changed(bases[base].config, { ...along, [path]: to });
}

/** What only the running cluster knows. */
export interface Facts {
  /** Uid of its namespace kube-system. */
  readonly uid: string;
  /** The one context of the kubeconfig. */
  readonly context: string;
}

const digest = `sha256:${'0'.repeat(64)}`;
const newImage = 'ghcr.io/butterflyskies/memory-mcp:0.17.2';
const store = { 'cluster.externalSecrets.store': 'vault' };

/** Every change of the table. Each key has at least one in each variant; those with a catch have more. */
export function allChanges(facts: Facts): Change[] {
  return [...onCilium(), ...onEnvoy(), ...onBootstrap(), ...onShared(), ...onSealed(facts), ...onHandedOver()];
}

const on =
  (base: BaseName) =>
  (path: string, to: unknown, along: Change['along'] = {}): Change => ({ base, path, to, along });

function onCilium(): Change[] {
  const change = on('cilium');
  return [
    change('cluster.name', 'renamed'),
    change('cluster.production', false),
    change('cluster.domain', 'corp.local'),
    change('cluster.storageClass', 'ceph-block'),
    change('cluster.sharedStorageClass', 'nfs'),
    change('cluster.ingress', {}),
    change('cluster.ingress.className', 'internal'),
    change('cluster.ingress.controller.namespace', 'edge'),
    change('cluster.ingress.controller.labels', { app: 'edge' }),
    change('cluster.ingress.certificateIssuer', { name: 'internal-ca' }),
    change('cluster.ingress.certificateIssuer.name', 'internal-ca'),
    change('cluster.ingress.certificateIssuer.kind', 'Issuer', { 'cluster.ingress.certificateIssuer.name': 'ours' }),
    change('cluster.loadBalancer.className', 'example.org/internal'),
    change('cluster.loadBalancer.annotations', { 'example.org/pool': 'internal' }),
    change('cluster.gateway', undefined),
    change('cluster.gateway', undefined, { 'memoryMcp.hostname': undefined }),
    change('cluster.gateway.section', 'http'),
    change('cluster.gateway.implementation', 'other', { 'cluster.gateway.proxies.namespace': 'gateways' }),
    change('cluster.networkPolicies', 'kubernetes', { 'cluster.gateway.proxies.namespace': 'gateways' }),
    change('cluster.dns.namespace', 'dns'),
    change('cluster.dns.labels', { app: 'coredns' }),
    change('cluster.argocd', undefined),
    change('cluster.argocd.mode', 'shared'),
    change('cluster.argocd.mode', 'argocd'),
    change('cluster.argocd.namespace', 'gitops'),
    change('cluster.argocd.project', 'memory'),
    change('cluster.argocd.repoUrl', 'https://github.com/example/other.git'),
    change('cluster.argocd.revision', 'release'),
    change('cluster.argocd.server', 'https://10.0.0.10:6443'),
    change('cluster.argocd.path', 'overlays/example'),
    change('cluster.argocd.imageUpdater', true),
    change('cluster.monitoring', undefined),
    change('cluster.monitoring.namespace', 'observability'),
    change('cluster.monitoring.prober', 'prober.observability.svc:9115'),
    change('cluster.monitoring.module', 'http_health'),
    change('cluster.monitoring.labels', { release: 'prometheus' }),
    change('cluster.monitoring.dashboardLabels', { dashboards: 'yes' }),
    change('cluster.externalSecrets', undefined),
    change('cluster.externalSecrets.store', 'other'),
    change('cluster.externalSecrets.kind', 'SecretStore'),
    change('cluster.externalSecrets.refreshSeconds', 600),
    change('memoryMcp', undefined),
    change('memoryMcp.namespace.name', 'impact-elsewhere'),
    change('memoryMcp.namespace.shared', true),
    change('memoryMcp.imageUnpinnedReason', 'this registry gives no digests'),
    change('memoryMcp.imageUnpinnedReason', undefined),
    change('memoryMcp.hostname', 'elsewhere.example'),
    change('memoryMcp.hostname', undefined),
    change('memoryMcp.authentication', undefined),
    change('memoryMcp.authentication.secret.source', 'existing', {
      'memoryMcp.authentication.secret.remoteKey': undefined,
      'memoryMcp.authentication.secret.remoteProperty': undefined,
    }),
    change('memoryMcp.authentication.secret.secretName', 'other-bearer'),
    change('memoryMcp.authentication.secret.secretKey', 'bearer'),
    change('memoryMcp.authentication.secret.secretRevision', 1),
    change('memoryMcp.authentication.secret.remoteKey', 'other/bearer'),
    change('memoryMcp.authentication.secret.remoteProperty', undefined),
    change('memoryMcp.clients[].namespace', 'others'),
    change('memoryMcp.clients[].labels', { app: 'agent' }),
    change('memoryMcp.volume.storageClass', 'ceph-block'),
    change('memoryMcp.git.remoteUrl', 'https://git.example/memories'),
    change('memoryMcp.git.remoteUrl', undefined),
    change('memoryMcp.git.branch', 'trunk'),
    change('memoryMcp.git.requireRemoteSync', false),
    change('memoryMcp.git.scopes[].scope', 'squad'),
    change('memoryMcp.git.scopes[].url', 'https://git.example/team'),
    change('memoryMcp.git.scopes[].branch', 'trunk'),
    change('memoryMcp.token.source', 'existing', {
      'memoryMcp.token.remoteKey': undefined,
      'memoryMcp.token.remoteProperty': undefined,
    }),
    change('memoryMcp.token.secretName', 'other-token'),
    change('memoryMcp.token.secretKey', 'github'),
    change('memoryMcp.token.secretRevision', 1),
    change('memoryMcp.token.remoteKey', 'other/github'),
    change('memoryMcp.token.remoteProperty', undefined),
    change('memoryMcp.server.otlp.endpoint', 'http://collector.tracing:4317'),
    change('memoryMcp.server.otlp.required', true),
    change('memoryMcp.backup.maxAgeSeconds', 86_400),
    change('memoryMcp.applicationPath', 'overlays/memory-mcp'),
  ];
}

function onEnvoy(): Change[] {
  const change = on('envoy');
  return [
    change('cluster.gateway.name', 'other'),
    change('cluster.gateway.namespace', 'gateways'),
    change('cluster.gateway.proxies', undefined),
    change('cluster.gateway.proxies.namespace', 'gateways'),
    change('cluster.gateway.proxies.labels', { app: 'envoy' }),
    change('cluster.gateway.streamTimeouts', true),
    change('memoryMcp.path', '/mcp'),
    change('memoryMcp.authentication.header', 'x-memory-key'),
    change('memoryMcp.authentication.secretName', 'other-keys'),
    change('memoryMcp.token.secretName', 'other-token'),
    change('memoryMcp.token.secretKey', 'github'),
    change('memoryMcp.token.secretRevision', 1),
    change('memoryMcp.token.source', 'existing', { memoryMcpToken: undefined }),
    change('memoryMcp.backup.schedule', '@daily'),
    change('memoryMcp.backup.image', 'docker.io/curlimages/curl:8.17.0'),
    change('memoryMcp.backup.deadlineSeconds', 900),
    change('memoryMcpToken', 'another token'),
  ];
}

function onBootstrap(): Change[] {
  const change = on('bootstrap');
  return [
    change('cluster.networkPolicies', 'cilium'),
    change('cluster.apiServer.cidrs', ['10.0.0.10/32']),
    change('cluster.apiServer.port', 443),
    change('memoryMcp.authentication.mode', 'bearer', { 'memoryMcp.authentication.reason': undefined }),
    change('memoryMcp.authentication.mode', 'gateway', {
      'memoryMcp.authentication.reason': undefined,
      'cluster.gateway.implementation': 'envoy-gateway',
    }),
    change('memoryMcp.authentication.reason', 'the network lets nobody else in'),
    change('memoryMcp.token.secretName', 'other-token'),
    change('memoryMcp.token.secretKey', 'github'),
    change('memoryMcp.token.secretRevision', 1),
  ];
}

function onShared(): Change[] {
  const change = on('shared');
  return [
    change('cluster.production', true),
    change('cluster.gateway', { name: 'public', implementation: 'cilium' }),
    change('cluster.argocd', { mode: 'observe', repoUrl: 'https://github.com/example/fleet.git' }),
    change('cluster.monitoring', {}),
    change('cluster.externalSecrets', { store: 'vault' }),
    change('memoryMcp.namespace.shared', false),
    change('memoryMcp.hostname', 'memories.example', {
      'cluster.gateway': { name: 'public', implementation: 'cilium' },
    }),
    change('memoryMcp.authentication', undefined),
    change('memoryMcp.authentication.mode', 'none', {
      'memoryMcp.authentication.secret': undefined,
      'memoryMcp.authentication.reason': 'only the operator reaches this network',
    }),
    change('memoryMcp.authentication.secret.source', 'config', { memoryMcpBearer: 'one token' }),
    change('memoryMcp.authentication.secret.source', 'externalSecret', {
      'memoryMcp.authentication.secret.remoteKey': 'memory-mcp/bearer',
      ...store,
    }),
    change('memoryMcp.authentication.secret.secretName', 'other-bearer'),
    change('memoryMcp.authentication.secret.secretKey', 'bearer'),
    change('memoryMcp.authentication.secret.secretRevision', 1),
    change('memoryMcp.clients', [{ namespace: 'agents' }]),
    change('memoryMcp.git.remoteUrl', 'https://github.com/example/memories'),
    change('memoryMcp.git.scopes', [{ scope: 'team', url: 'https://github.com/example/team' }]),
    change('memoryMcp.token.source', 'config', { memoryMcpToken: 'one token' }),
    change('memoryMcp.token.source', 'externalSecret', { 'memoryMcp.token.remoteKey': 'memory-mcp/github', ...store }),
    change('memoryMcp.token.source', 'bootstrap'),
    change('memoryMcp.token.secretName', 'other-token'),
    change('memoryMcp.token.secretKey', 'github'),
    change('memoryMcp.token.secretRevision', 1),
    change('memoryMcp.server.maxSessions', 50),
    change('memoryMcp.server.sessionRateLimit', 20),
    change('memoryMcp.server.sessionRateWindowSeconds', 30),
    change('memoryMcp.server.idleTimeoutSeconds', 3600),
    change('memoryMcp.server.maxSessionLifetimeSeconds', 86_400),
    change('memoryMcp.server.embedTimeoutSeconds', 60),
    change('memoryMcp.server.embedQueueSize', 128),
    change('memoryMcp.server.healthStaleSeconds', 600),
    change('memoryMcp.server.recallLogBusyTimeoutSeconds', 10),
    change('memoryMcp.server.logFilter', 'memory_mcp=debug,warn'),
    change('memoryMcp.server.allowedHosts', ['memories.internal']),
    change('memoryMcp.server.otlp', { endpoint: 'http://collector.monitoring:4317' }),
    change('memoryMcp.startupBudgetSeconds', 1200),
    change('memoryMcp.resources.cpu', '500m'),
    change('memoryMcp.resources.memory', '768Mi'),
    change('memoryMcp.resources.cpuLimit', '2'),
    change('memoryMcp.resources.memoryLimit', '2Gi'),
  ];
}

function onSealed({ uid, context }: Facts): Change[] {
  const change = on('sealed');
  return [
    { ...change('cluster.context', context), inWords: 'the current one' },
    { ...change('cluster.context', 'elsewhere'), inWords: 'one that the kubeconfig does not have' },
    {
      ...change('cluster.context', 'elsewhere', { 'cluster.uid': uid }),
      inWords: 'one that the kubeconfig does not have, with `cluster.uid`',
    },
    { ...change('cluster.uid', uid), inWords: 'its own' },
    { ...change('cluster.uid', '00000000-0000-4000-8000-000000000000'), inWords: "another cluster's" },
    change('memoryMcp.image', newImage),
    change('memoryMcp.authentication.image', `docker.io/library/haproxy:3.2.4-alpine@${digest}`),
    change('memoryMcp.volume.size', '2Gi'),
    change('memoryMcp.volume.size', '512Mi'),
    change('memoryMcp.authentication.secret.secretName', 'other-bearer'),
    change('memoryMcp.authentication.secret.secretKey', 'bearer'),
    change('memoryMcp.authentication.secret.secretRevision', 1),
    change('memoryMcp.authentication.secret.source', 'existing', { memoryMcpBearer: undefined }),
    change('memoryMcpBearer', 'another token'),
  ];
}

function onHandedOver(): Change[] {
  const change = on('handed-over');
  return [
    change('cluster.argocd.mode', 'observe'),
    change('cluster.argocd.imageUpdater', true),
    change('memoryMcp.image', newImage),
  ];
}
