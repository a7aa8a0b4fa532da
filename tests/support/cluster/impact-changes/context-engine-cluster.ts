import { type Change, on } from '../impact-change';

/** Changes of the facts about the cluster that only Context Engine reads, or that mean something else for it. */
export function contextEngineClusterChanges(): Change[] {
  return [...onIngress(), ...onGateway(), ...onNode(), ...onBalanced()];
}

function onIngress(): Change[] {
  const change = on('engine-ingress');
  return [
    change('cluster.storageClass', 'ceph-block'),
    change('cluster.sharedStorageClass', 'ceph-block'),
    change('cluster.sharedStorageClass', undefined),
    change('cluster.domain', 'corp.local'),
    change('cluster.ingress', undefined),
    change('cluster.ingress.className', 'internal'),
    change('cluster.ingress.controller.namespace', 'edge'),
    change('cluster.ingress.controller.labels', { app: 'edge' }),
    change('cluster.ingress.certificateIssuer', undefined),
    change('cluster.ingress.certificateIssuer.name', 'other-ca'),
    change('cluster.ingress.certificateIssuer.kind', 'Issuer'),
    change('cluster.networkPolicies', 'cilium'),
    change('cluster.monitoring', undefined),
    change('cluster.monitoring.dashboardLabels', { dashboards: 'yes' }),
  ];
}

function onGateway(): Change[] {
  const change = on('engine-gateway');
  return [
    change('cluster.gateway.name', 'other'),
    change('cluster.networkPolicies', 'kubernetes'),
    change('cluster.argocd', undefined),
  ];
}

function onNode(): Change[] {
  const change = on('engine-node');
  return [change('cluster.sharedStorageClass', 'nfs-client'), change('cluster.ingress', {})];
}

function onBalanced(): Change[] {
  const change = on('engine-balanced');
  return [
    change('cluster.loadBalancer.className', 'example.org/internal'),
    change('cluster.loadBalancer.annotations', { 'example.org/pool': 'internal' }),
  ];
}
