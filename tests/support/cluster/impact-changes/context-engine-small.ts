import { type Change, on } from '../impact-change';

const ranges = ['10.0.0.0/8'];
const other = { source: 'git', name: 'handbook', url: 'https://github.com/example/handbook' };

/** Changes of Context Engine where less of it runs. */
export function contextEngineSmallChanges(): Change[] {
  return [...onNode(), ...onBalanced()];
}

function onNode(): Change[] {
  const change = on('engine-node');
  const hosts = {
    'contextEngine.exposure.hostname': 'code.example',
    'contextEngine.exposure.sseHostnames.indexer': 'indexer-sse.example',
  };
  return [
    change('contextEngine.namespace.shared', false),
    change('contextEngine.preset', 'standard'),
    change('contextEngine.preset', 'full'),
    change('contextEngine.layout', 'shared'),
    change('contextEngine.layout', 'shared', { 'cluster.sharedStorageClass': 'nfs-client' }),
    change('contextEngine.qdrant.apiKey', undefined),
    change('contextEngine.qdrant.apiKey.source', 'config', { contextEngineQdrantKey: 'one key' }),
    change('contextEngine.qdrant.apiKey.source', 'externalSecret', {
      'contextEngine.qdrant.apiKey.remoteKey': 'context-engine/qdrant',
      'cluster.externalSecrets.store': 'vault',
    }),
    change('contextEngine.qdrant.apiKey.secretName', 'other-qdrant'),
    change('contextEngine.qdrant.apiKey.secretKey', 'key'),
    change('contextEngine.qdrant.apiKey.secretRevision', 1),
    change('contextEngine.qdrant.apiKey.everyClientSendsIt', false),
    change('contextEngine.indexer.autoscaling.maxReplicas', 5),
    change('contextEngine.llamacpp.enabled', true),
    { ...change('contextEngine.repositories', []), inWords: 'none' },
    change('contextEngine.repositories[].source', 'claim', {
      'contextEngine.repositories[].claimName': 'checkout',
    }),
    change('contextEngine.repositories[].name', 'notes'),
    change('contextEngine.repositories[].watch', false),
    change('contextEngine.repositories[].polling', true),
    change('contextEngine.repositories[].collection', 'own'),
    change('contextEngine.exposure.kind', 'loadBalancer', { 'contextEngine.exposure.sourceRanges': ranges }),
    change('contextEngine.exposure.kind', 'ingress', { ...hosts, 'cluster.ingress': {} }),
    change('contextEngine.exposure.kind', 'gateway', {
      ...hosts,
      'cluster.gateway': { name: 'public', proxies: { namespace: 'gateways' } },
    }),
    change('contextEngine.authentication', undefined),
    change('contextEngine.authentication.mode', 'none', {
      'contextEngine.authentication.secret': undefined,
      'contextEngine.authentication.reason': 'only the operator reaches this network',
    }),
    change('contextEngine.authentication.mode', 'gateway', {
      ...hosts,
      'contextEngine.authentication.secret': undefined,
      'contextEngine.exposure.kind': 'gateway',
      'cluster.gateway': { name: 'public', implementation: 'envoy-gateway', proxies: { namespace: 'gateways' } },
    }),
    change('contextEngine.authentication.reason', 'only the operator reaches this network', {
      'contextEngine.authentication.secret': undefined,
      'contextEngine.authentication.mode': 'none',
    }),
    change('contextEngine.authentication.image', `docker.io/library/haproxy:3.2.4-alpine@sha256:${'0'.repeat(64)}`),
    change('contextEngine.authentication.secret.source', 'config', { contextEngineBearer: 'one token' }),
    change('contextEngine.authentication.secret.source', 'externalSecret', {
      'contextEngine.authentication.secret.remoteKey': 'context-engine/bearer',
      'cluster.externalSecrets.store': 'vault',
    }),
    change('contextEngine.authentication.secret.secretName', 'other-bearer'),
    change('contextEngine.authentication.secret.secretKey', 'bearer'),
    change('contextEngine.authentication.secret.secretRevision', 1),
    change('contextEngine.clients', [{ namespace: 'agents' }]),
    change('contextEngine.quota', { pods: 100 }),
  ];
}

function onBalanced(): Change[] {
  const change = on('engine-balanced');
  return [
    change('contextEngine.qdrant.apiKey.source', 'existing', { contextEngineQdrantKey: undefined }),
    change('contextEngine.qdrant.apiKey.secretName', 'other-qdrant'),
    change('contextEngine.qdrant.apiKey.secretKey', 'key'),
    change('contextEngine.qdrant.apiKey.secretRevision', 1),
    change('contextEngine.qdrant.apiKey.everyClientSendsIt', true),
    { ...change('contextEngine.repositories', [other]), inWords: 'one that is watched' },
    { ...change('contextEngine.repositories', [{ ...other, watch: false }]), inWords: 'one that is not watched' },
    change('contextEngine.exposure.kind', 'none', { 'contextEngine.exposure.sourceRanges': undefined }),
    change('contextEngine.exposure.kind', 'nodePort'),
    change('contextEngine.exposure.services', ['mcp-indexer-http']),
    change('contextEngine.exposure.services', ['mcp-indexer-http'], { 'contextEngine.exposure.kind': 'nodePort' }),
    change('contextEngine.exposure.sourceRanges', ['192.168.0.0/16']),
    change('contextEngine.exposure.sourceRanges', ['192.168.0.0/16'], { 'contextEngine.exposure.kind': 'nodePort' }),
    change('contextEngine.authentication.secret.source', 'existing', { contextEngineBearer: undefined }),
    change('contextEngine.authentication.secret.secretName', 'other-bearer'),
    change('contextEngine.authentication.secret.secretKey', 'bearer'),
    change('contextEngine.authentication.secret.secretRevision', 1),
    change('contextEngineBearer', 'another token'),
    change('contextEngineQdrantKey', 'another key'),
  ];
}
