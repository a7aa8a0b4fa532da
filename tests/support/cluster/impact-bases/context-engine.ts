import type { Base } from './base';

const image = 'registry.example/context-engine:1';
const git = { source: 'git', name: 'backend', url: 'https://git.example/team/backend.git' };
const claim = { source: 'claim', name: 'monolith', claimName: 'checkout' };
const upload = { source: 'upload', name: 'sketches' };

/** Stacks with Context Engine. Together they have every kind of exposure, of repository, and of Secret. */
export const contextEngineBases = {
  'engine-ingress': {
    about:
      'Context Engine in production with everything: an Ingress, bearer proxies, both secrets from External Secrets, a ' +
      'repository of each source, monitoring, and backups on the volume',
    needs: [],
    claims: ['checkout'],
    config: {
      cluster: {
        production: true,
        storageClass: 'standard',
        sharedStorageClass: 'nfs-client',
        ingress: { certificateIssuer: { name: 'internal-ca' } },
        monitoring: {},
        externalSecrets: { store: 'vault' },
      },
      contextEngine: {
        namespace: { name: 'impact-engine-ingress' },
        image,
        imageUnpinnedReason: 'nothing is pulled on simulated nodes',
        qdrant: {
          apiKey: {
            source: 'externalSecret',
            remoteKey: 'context-engine/qdrant',
            remoteProperty: 'key',
            everyClientSendsIt: true,
          },
        },
        repositories: [git, claim, upload],
        exposure: {
          kind: 'ingress',
          hostname: 'code.example',
          sseHostnames: { memory: 'memory-sse.example', indexer: 'indexer-sse.example' },
        },
        authentication: {
          mode: 'bearer',
          secret: { source: 'externalSecret', remoteKey: 'context-engine/bearer', remoteProperty: 'token' },
        },
        clients: [{ namespace: 'agents' }],
      },
    },
  },
  'engine-gateway': {
    about:
      'Context Engine on Envoy Gateway, which asks for API keys, with the policies of Cilium, a quota, backups to S3, and ' +
      'Argo CD that observes',
    needs: ['argocd'],
    claims: ['checkout'],
    config: {
      cluster: {
        sharedStorageClass: 'nfs-client',
        networkPolicies: 'cilium',
        gateway: { name: 'public', implementation: 'envoy-gateway', proxies: { namespace: 'envoy-gateway-system' } },
        argocd: { mode: 'observe', repoUrl: 'https://github.com/example/fleet.git' },
      },
      contextEngine: {
        namespace: { name: 'impact-engine-gateway' },
        image,
        repositories: [claim],
        exposure: {
          kind: 'gateway',
          hostname: 'code.example',
          sseHostnames: { memory: 'memory-sse.example', indexer: 'indexer-sse.example' },
        },
        authentication: { mode: 'gateway' },
        quota: { cpu: '100', memory: '200Gi', memoryLimit: '400Gi', storage: '1Ti', pods: 100 },
        backup: { target: { kind: 's3', endpoint: 'https://s3.example', bucket: 'backups' } },
      },
    },
  },
  'engine-node': {
    about:
      'Context Engine on one node in a namespace that others use too: preset `minimal`, not reachable from outside, bearer ' +
      'proxies, and secrets that somebody else makes',
    needs: ['impact-engine-node'],
    config: {
      cluster: {},
      contextEngine: {
        namespace: { name: 'impact-engine-node', shared: true },
        image,
        preset: 'minimal',
        layout: 'single-node',
        qdrant: { apiKey: { source: 'existing', everyClientSendsIt: true } },
        repositories: [upload],
        authentication: { mode: 'bearer', secret: { source: 'existing' } },
      },
    },
  },
  'engine-balanced': {
    about: 'Context Engine behind load balancers, and secrets in the encrypted configuration',
    needs: [],
    config: {
      cluster: { sharedStorageClass: 'nfs-client' },
      contextEngine: {
        namespace: { name: 'impact-engine-balanced' },
        image,
        preset: 'minimal',
        qdrant: { apiKey: { source: 'config' } },
        exposure: { kind: 'loadBalancer', sourceRanges: ['10.0.0.0/8'] },
        authentication: { mode: 'bearer', secret: { source: 'config' } },
      },
      contextEngineBearer: 'one token',
      contextEngineQdrantKey: 'one key',
    },
  },
} as const satisfies Readonly<Record<string, Base>>;
