/** Managers by which Argo CD writes. */
export function isArgoCd(manager: string): boolean {
  return manager.startsWith('argocd-');
}

/** Programs that run on clusters and write what is theirs, by the beginnings of the names of their field managers. */
const controllers: readonly string[] = [
  ...[
    'kube-controller-manager',
    'kube-scheduler',
    'kube-apiserver',
    'kubelet',
    'kube-proxy',
    'cloud-controller-manager',
  ],
  ...['cilium', 'clustermesh', 'envoy-gateway', 'gateway', 'cert-manager', 'external-secrets', 'externalsecrets'],
  ...['PrometheusOperator', 'prometheus-operator', 'rook', 'csi-', 'snapshot-controller', 'velero', 'kwok'],
  ...['vpa-', 'recommender', 'updater', 'cluster-autoscaler', 'keda', 'reloader', 'descheduler', 'memory-mcp'],
];

/** Whether a manager is a controller of the cluster, not a person's tool. */
export function isController(manager: string): boolean {
  return controllers.some((name) => manager.startsWith(name));
}
