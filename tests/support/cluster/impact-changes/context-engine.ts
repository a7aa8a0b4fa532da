import { type Change, on } from '../impact-change';
import { contextEngineSmallChanges } from './context-engine-small';

const other = { source: 'git', name: 'handbook', url: 'https://github.com/example/handbook' };
const ours = 'contextEngine';

/** Changes of what of Context Engine there is, and where. */
export function contextEngineChanges(): Change[] {
  return [...onIngress(), ...onGateway(), ...contextEngineSmallChanges()];
}

function onIngress(): Change[] {
  const change = on('engine-ingress');
  return [
    change(ours, undefined),
    change('contextEngine.namespace.name', 'impact-elsewhere'),
    change('contextEngine.namespace.shared', true),
    change('contextEngine.imageUnpinnedReason', undefined),
    change('contextEngine.preset', 'minimal'),
    change('contextEngine.preset', 'core'),
    change('contextEngine.layout', 'single-node'),
    change('contextEngine.qdrant.apiKey', undefined),
    change('contextEngine.qdrant.apiKey.source', 'existing', {
      'contextEngine.qdrant.apiKey.remoteKey': undefined,
      'contextEngine.qdrant.apiKey.remoteProperty': undefined,
    }),
    change('contextEngine.qdrant.apiKey.secretName', 'other-qdrant'),
    change('contextEngine.qdrant.apiKey.secretKey', 'key'),
    change('contextEngine.qdrant.apiKey.secretRevision', 1),
    change('contextEngine.qdrant.apiKey.remoteKey', 'other/qdrant'),
    change('contextEngine.qdrant.apiKey.remoteProperty', undefined),
    change('contextEngine.qdrant.apiKey.everyClientSendsIt', false),
    change('contextEngine.qdrant.storage.size', '100Gi'),
    change('contextEngine.qdrant.storage.size', '10Gi'),
    change('contextEngine.qdrant.storage.storageClass', 'ceph-block'),
    change('contextEngine.qdrant.snapshots.size', '100Gi'),
    change('contextEngine.qdrant.snapshots.storageClass', 'ceph-block'),
    change('contextEngine.memory.sse', false),
    change('contextEngine.memory.sse', false, { 'contextEngine.exposure.sseHostnames.memory': undefined }),
    change('contextEngine.memory.http', false),
    change('contextEngine.indexer.sse', false, { 'contextEngine.exposure.sseHostnames.indexer': undefined }),
    change('contextEngine.indexer.http', false),
    change('contextEngine.llamacpp.enabled', false),
    { ...change('contextEngine.repositories', [other]), inWords: 'others' },
    change('contextEngine.repositories[].name', 'frontend'),
    change('contextEngine.repositories[].watch', false),
    change('contextEngine.repositories[].polling', false),
    change('contextEngine.repositories[].collection', 'own'),
    change('contextEngine.repositories[].url', 'https://git.example/team/other.git'),
    change('contextEngine.repositories[].ref', 'release'),
    change('contextEngine.repositories[].intervalSeconds', 60),
    change('contextEngine.repositories[].secretName', 'git-credentials'),
    change('contextEngine.repositories[].secretRevision', 1),
    change('contextEngine.repositories[].source', 'upload', { 'contextEngine.repositories[].url': undefined }),
    change('contextEngine.volumes.repositories.size', '200Gi'),
    change('contextEngine.volumes.repositories.storageClass', 'ceph-block'),
    change('contextEngine.volumes.metadata.size', '10Gi'),
    change('contextEngine.volumes.metadata.storageClass', 'ceph-block'),
    change('contextEngine.volumes.models.size', '40Gi'),
    change('contextEngine.volumes.models.storageClass', 'ceph-block'),
    change('contextEngine.exposure.services', ['mcp-indexer-http', 'qdrant']),
    change('contextEngine.exposure.hostname', 'elsewhere.example'),
    change('contextEngine.exposure.sseHostnames.memory', 'elsewhere.example'),
    change('contextEngine.exposure.sseHostnames.indexer', undefined),
    change('contextEngine.exposure.tlsSecretName', 'other-tls'),
    change('contextEngine.authentication', undefined),
    change('contextEngine.authentication.secret.source', 'existing', {
      'contextEngine.authentication.secret.remoteKey': undefined,
      'contextEngine.authentication.secret.remoteProperty': undefined,
    }),
    change('contextEngine.authentication.secret.secretName', 'other-bearer'),
    change('contextEngine.authentication.secret.secretKey', 'bearer'),
    change('contextEngine.authentication.secret.secretRevision', 1),
    change('contextEngine.authentication.secret.remoteKey', 'other/bearer'),
    change('contextEngine.authentication.secret.remoteProperty', undefined),
    change('contextEngine.clients[].namespace', 'others'),
    change('contextEngine.clients[].labels', { app: 'agent' }),
    change('contextEngine.backup.target.kind', 's3', {
      'contextEngine.backup.target.endpoint': 'https://s3.example',
      'contextEngine.backup.target.bucket': 'backups',
    }),
  ];
}

function onGateway(): Change[] {
  const change = on('engine-gateway');
  return [
    change('contextEngine.indexer.autoscaling.maxReplicas', 1),
    change('contextEngine.repositories[].source', 'git', {
      'contextEngine.repositories[].url': 'https://git.example/team/monolith.git',
      'contextEngine.repositories[].claimName': undefined,
    }),
    change('contextEngine.repositories[].name', 'frontend'),
    change('contextEngine.repositories[].watch', false),
    change('contextEngine.repositories[].polling', false),
    change('contextEngine.repositories[].collection', 'own'),
    change('contextEngine.repositories[].claimName', 'other-checkout'),
    change('contextEngine.repositories[].path', 'monolith'),
    change('contextEngine.repositories[].intervalSeconds', 600),
    change('contextEngine.exposure.services', ['mcp-indexer-http', 'qdrant']),
    change('contextEngine.exposure.hostname', 'elsewhere.example'),
    change('contextEngine.exposure.sseHostnames.memory', 'elsewhere.example'),
    change('contextEngine.exposure.sseHostnames.indexer', undefined),
    change('contextEngine.authentication.mode', 'bearer'),
    change('contextEngine.authentication.header', 'x-engine-key'),
    change('contextEngine.authentication.secretName', 'other-keys'),
    change('contextEngine.modelHosts', ['models.example']),
    change('contextEngine.quota', undefined),
    change('contextEngine.quota.cpu', '80'),
    change('contextEngine.quota.memory', '150Gi'),
    change('contextEngine.quota.memoryLimit', '300Gi'),
    change('contextEngine.quota.storage', '2Ti'),
    change('contextEngine.quota.pods', 80),
    change('contextEngine.backup.target.kind', 'volume', {
      'contextEngine.backup.target.endpoint': undefined,
      'contextEngine.backup.target.bucket': undefined,
    }),
    change('contextEngine.backup.target.endpoint', 'https://storage.example'),
    change('contextEngine.backup.target.bucket', 'other-backups'),
    change('contextEngine.backup.target.region', 'eu-central-1'),
    change('contextEngine.backup.target.prefix', 'engine'),
    change('contextEngine.backup.target.secretName', 'other-s3'),
    change('contextEngine.applicationPath', 'overlays/context-engine'),
  ];
}
