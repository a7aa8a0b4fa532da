/**
 * Which keys are decisions that are tried on one cluster and then taken to the next, and which follow from the cluster
 * itself. A key stands for everything below it; the longest one counts. Every key must be in one of the two lists, so
 * that a new one is decided about.
 */
export const promotedKeys: readonly string[] = [
  'memoryMcp.image',
  'memoryMcp.authentication.image',
  'memoryMcp.server',
  'memoryMcp.backup',
  'memoryMcp.startupBudgetSeconds',
  'memoryMcp.resources',
  'contextEngine.image',
  'contextEngine.preset',
  'contextEngine.qdrant.image',
  'contextEngine.qdrant.apiKey.everyClientSendsIt',
  'contextEngine.qdrant.resources',
  'contextEngine.memory',
  'contextEngine.indexer',
  'contextEngine.engine',
  'contextEngine.llamacpp',
  'contextEngine.watcher',
  'contextEngine.indexing',
  'contextEngine.authentication.image',
  'contextEngine.waitSeconds',
  'contextEngine.startupBudgetSeconds',
  'contextEngine.backup',
];

/** Keys that differ from cluster to cluster by their nature. A remote is one: production is not to push to staging's. */
export const clusterKeys: readonly string[] = [
  'cluster',
  'memoryMcp.namespace',
  'memoryMcp.imageUnpinnedReason',
  'memoryMcp.hostname',
  'memoryMcp.path',
  'memoryMcp.authentication',
  'memoryMcp.clients',
  'memoryMcp.volume',
  'memoryMcp.git',
  'memoryMcp.token',
  'memoryMcp.server.allowedHosts',
  'memoryMcp.server.otlp',
  'memoryMcp.applicationPath',
  'contextEngine.namespace',
  'contextEngine.imagePullSecrets',
  'contextEngine.imageUnpinnedReason',
  'contextEngine.layout',
  'contextEngine.qdrant',
  'contextEngine.indexer.autoscaling',
  'contextEngine.llamacpp.gpu',
  'contextEngine.repositories',
  'contextEngine.volumes',
  'contextEngine.exposure',
  'contextEngine.authentication',
  'contextEngine.clients',
  'contextEngine.modelHosts',
  'contextEngine.quota',
  'contextEngine.backup.target',
  'contextEngine.applicationPath',
];

/** Whether a key is one to promote. @throws Error where nobody has decided about it */
export function isPromoted(key: string): boolean {
  // Whether a cluster has a system at all, and a secret, is never taken over.
  if (!key.includes('.')) return false;
  const covers = (known: string) => key === known || key.startsWith(`${known}.`) || key.startsWith(`${known}[`);
  const [longest] = [...promotedKeys, ...clusterKeys].filter(covers).sort((a, b) => b.length - a.length);
  if (longest === undefined) throw new Error(`components/promotion.ts does not say whether ${key} is promoted`);
  return promotedKeys.includes(longest);
}
