const installed: ReadonlySet<string> = new Set([
  'applications.argoproj.io',
  'appprojects.argoproj.io',
  'backendtrafficpolicies.gateway.envoyproxy.io',
  'ciliumnetworkpolicies.cilium.io',
  'clusterexecs.kwok.x-k8s.io',
  'clusterissuers.cert-manager.io',
  'clusterlogs.kwok.x-k8s.io',
  'clusterportforwards.kwok.x-k8s.io',
  'externalsecrets.external-secrets.io',
  'gateways.gateway.networking.k8s.io',
  'httproutes.gateway.networking.k8s.io',
  'probes.monitoring.coreos.com',
  'prometheusrules.monitoring.coreos.com',
  'sealedsecrets.bitnami.com',
  'securitypolicies.gateway.envoyproxy.io',
  'servicemonitors.monitoring.coreos.com',
]);

/**
 * Whether the control plane of the tests has a definition from its start: those of the kinds that the program writes and
 * that many tests read. A provider reads the schema of every kind each time it starts, which of all of them takes as long as
 * the rest of a preview.
 */
export const fromTheStart = (name: string): boolean => installed.has(name);

/** What the operator CloudNativePG and its plugin bring, as far as the program writes it. */
export const cloudNativePgDefinitions: readonly string[] = [
  'clusters.postgresql.cnpg.io',
  'databases.postgresql.cnpg.io',
  'objectstores.barmancloud.cnpg.io',
  'poolers.postgresql.cnpg.io',
  'scheduledbackups.postgresql.cnpg.io',
];
