import type { Base } from './base';

const repoUrl = 'https://github.com/example/fleet.git';
const remoteUrl = 'https://github.com/example/memories';
const hostname = 'memories.example';

/** Stacks with memory-mcp. Together they have every variant of every union of its keys. */
export const memoryMcpBases = {
  cilium: {
    about:
      'a production stack with everything: the Gateway and the policies of Cilium, a bearer proxy, both secrets from ' +
      'External Secrets, remotes, monitoring, traces, and Argo CD that observes',
    needs: ['argocd', 'gitops'],
    config: {
      cluster: {
        production: true,
        storageClass: 'standard',
        networkPolicies: 'cilium',
        gateway: { name: 'public', section: 'https', implementation: 'cilium' },
        argocd: { mode: 'observe', repoUrl },
        monitoring: {},
        externalSecrets: { store: 'vault' },
      },
      memoryMcp: {
        namespace: { name: 'impact-cilium' },
        imageUnpinnedReason: 'nothing is pulled on simulated nodes',
        hostname,
        authentication: {
          mode: 'bearer',
          secret: { source: 'externalSecret', remoteKey: 'memory-mcp/bearer', remoteProperty: 'token' },
        },
        clients: [{ namespace: 'agents' }],
        git: {
          remoteUrl,
          requireRemoteSync: true,
          scopes: [{ scope: 'team', url: 'https://github.com/example/team' }],
        },
        token: { source: 'externalSecret', remoteKey: 'memory-mcp/github', remoteProperty: 'token' },
        server: { otlp: { endpoint: 'http://collector.monitoring.svc:4317' } },
      },
    },
  },
  envoy: {
    about: 'Envoy Gateway, which asks for API keys, a remote, and the GitHub token in the encrypted configuration',
    needs: [],
    config: {
      cluster: {
        gateway: { name: 'public', implementation: 'envoy-gateway', proxies: { namespace: 'envoy-gateway-system' } },
      },
      memoryMcp: {
        namespace: { name: 'impact-envoy' },
        hostname,
        authentication: { mode: 'gateway' },
        git: { remoteUrl },
        token: { source: 'config' },
      },
      memoryMcpToken: 'one token',
    },
  },
  bootstrap: {
    about: "another Gateway, no authentication, and the GitHub token by the server's own login",
    needs: [],
    config: {
      cluster: { gateway: { name: 'public', implementation: 'other', proxies: { namespace: 'gateways' } } },
      memoryMcp: {
        namespace: { name: 'impact-bootstrap' },
        hostname,
        authentication: { mode: 'none', reason: 'only the operator reaches this network' },
        token: { source: 'bootstrap' },
      },
    },
  },
  shared: {
    about: 'a namespace that others use too, no route, a bearer proxy, and secrets that somebody else makes',
    needs: ['impact-shared'],
    config: {
      cluster: {},
      memoryMcp: {
        namespace: { name: 'impact-shared', shared: true },
        authentication: { mode: 'bearer', secret: { source: 'existing' } },
        token: { source: 'existing' },
      },
    },
  },
  sealed: {
    about: 'a bearer proxy whose token is in the encrypted configuration',
    needs: [],
    config: {
      cluster: {},
      memoryMcp: {
        namespace: { name: 'impact-sealed' },
        authentication: { mode: 'bearer', secret: { source: 'config' } },
      },
      memoryMcpBearer: 'one token',
    },
  },
  'handed-over': {
    about: 'Argo CD applies the overlay alone (mode `argocd`)',
    // The Application of the other stack with Argo CD has the same name.
    needs: ['impact-argocd'],
    config: {
      cluster: { argocd: { mode: 'argocd', namespace: 'impact-argocd', repoUrl } },
      memoryMcp: { namespace: { name: 'impact-handed-over' } },
    },
  },
} as const satisfies Readonly<Record<string, Base>>;
