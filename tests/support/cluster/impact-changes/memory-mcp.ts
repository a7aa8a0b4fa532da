import { type Change, on } from '../impact-change';

const digest = `sha256:${'0'.repeat(64)}`;
const newImage = 'ghcr.io/butterflyskies/memory-mcp:0.17.2';
const store = { 'cluster.externalSecrets.store': 'vault' };

/** Changes of memory-mcp. */
export function memoryMcpChanges(): Change[] {
  return [...onCilium(), ...onEnvoy(), ...onBootstrap(), ...onShared(), ...onSealed(), ...onHandedOver()];
}

function onCilium(): Change[] {
  const change = on('cilium');
  return [
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
    change('memoryMcp.server.otlp.endpoint', 'http://collector.tracing.svc:4317'),
    change('memoryMcp.server.otlp.required', true),
    change('memoryMcp.backup.maxAgeSeconds', 86_400),
    change('memoryMcp.applicationPath', 'overlays/memory-mcp'),
  ];
}

function onEnvoy(): Change[] {
  const change = on('envoy');
  return [
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
    change('memoryMcp.namespace.shared', false),
    change('memoryMcp.hostname', 'memories.example', {
      'cluster.gateway': { name: 'public', proxies: { namespace: 'gateways' } },
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
    change('memoryMcp.server.otlp', { endpoint: 'http://collector.monitoring.svc:4317' }),
    change('memoryMcp.startupBudgetSeconds', 1200),
    change('memoryMcp.resources.cpu', '500m'),
    change('memoryMcp.resources.memory', '768Mi'),
    change('memoryMcp.resources.cpuLimit', '2'),
    change('memoryMcp.resources.memoryLimit', '2Gi'),
  ];
}

function onSealed(): Change[] {
  const change = on('sealed');
  return [
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
  return [change('memoryMcp.image', newImage)];
}
