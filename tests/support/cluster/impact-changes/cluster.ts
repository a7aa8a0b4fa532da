import { type Change, type Facts, on } from '../impact-change';

/** Changes of the facts about the cluster, where memory-mcp is what runs there. */
export function clusterChanges(facts: Facts): Change[] {
  return [...onCilium(), ...onEnvoy(), ...onBootstrap(), ...onShared(), ...onSealed(facts), ...onHandedOver()];
}

function onCilium(): Change[] {
  const change = on('cilium');
  return [
    change('cluster.name', 'renamed'),
    change('cluster.production', false),
    change('cluster.domain', 'corp.local'),
    change('cluster.storageClass', 'ceph-block'),
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
    change('cluster.externalSecrets', undefined),
    change('cluster.externalSecrets.store', 'other'),
    change('cluster.externalSecrets.kind', 'SecretStore'),
    change('cluster.externalSecrets.refreshSeconds', 600),
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
  ];
}

function onBootstrap(): Change[] {
  const change = on('bootstrap');
  return [
    change('cluster.networkPolicies', 'cilium'),
    change('cluster.apiServer.cidrs', ['10.0.0.10/32']),
    change('cluster.apiServer.port', 443),
  ];
}

function onShared(): Change[] {
  const change = on('shared');
  return [
    change('cluster.production', true),
    change('cluster.gateway', { name: 'public', proxies: { namespace: 'gateways' } }),
    change('cluster.argocd', { mode: 'observe', repoUrl: 'https://github.com/example/fleet.git' }),
    change('cluster.monitoring', {}),
    change('cluster.externalSecrets', { store: 'vault' }),
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
  ];
}

function onHandedOver(): Change[] {
  const change = on('handed-over');
  return [change('cluster.argocd.mode', 'observe'), change('cluster.argocd.imageUpdater', true)];
}
