/** Kinds that this program may ever have put on a cluster and that Kubernetes brings along, as `<version>/<kind>`. */
export const builtInKinds: readonly string[] = [
  'v1/Namespace',
  'v1/ServiceAccount',
  'v1/PersistentVolumeClaim',
  'v1/Service',
  'v1/ConfigMap',
  'v1/Secret',
  'v1/ResourceQuota',
  'v1/LimitRange',
  'apps/v1/Deployment',
  'apps/v1/StatefulSet',
  'autoscaling/v2/HorizontalPodAutoscaler',
  'batch/v1/CronJob',
  'batch/v1/Job',
  'networking.k8s.io/v1/Ingress',
  'networking.k8s.io/v1/NetworkPolicy',
  'policy/v1/PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1/Role',
  'rbac.authorization.k8s.io/v1/RoleBinding',
];

/** Where the provider's SDK has the class of a built-in kind; undefined for any other kind. */
export function sdkModule(
  apiVersion: string,
  kind: string,
): { readonly group: string; readonly version: string } | undefined {
  if (!builtInKinds.includes(`${apiVersion}/${kind}`)) return undefined;
  const [version = '', apiGroup = 'core'] = apiVersion.split('/').reverse();
  // The SDK names a group by its first label: `networking.k8s.io` is `networking`.
  return { group: apiGroup.split('.')[0] ?? '', version };
}

/** Groups whose kinds are custom resources, for which the provider has no classes of their own. */
export const customResourceGroups: ReadonlySet<string> = new Set([
  'argocd-image-updater.argoproj.io',
  'argoproj.io',
  'barmancloud.cnpg.io',
  'bitnami.com',
  'cert-manager.io',
  'certmanager.step.sm',
  'cilium.io',
  'external-secrets.io',
  'gateway.envoyproxy.io',
  'gateway.networking.k8s.io',
  'monitoring.coreos.com',
  'postgresql.cnpg.io',
  'traefik.io',
]);
