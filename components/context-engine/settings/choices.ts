import type { ClusterFacts } from '../../../config/cluster';
import type { services } from './exposure';
import type { ContextEngineSettings } from './index';

/** A part of Context Engine that listens, by the name of its Service. */
export type ServiceName = (typeof services)[number];

/** The MCP servers, by the names of their Services, in the order in which a system's main server is chosen. */
export const serverNames = ['mcp-indexer-http', 'mcp-indexer', 'mcp-memory-http', 'mcp-memory'] as const;

export type ServerName = (typeof serverNames)[number];

/** Which parts run: what a key says, else what the preset means. */
export function running({ indexer, llamacpp, memory, preset }: ContextEngineSettings): Record<ServiceName, boolean> {
  const http = preset !== 'core';
  return {
    'mcp-memory': memory.sse ?? true,
    'mcp-indexer': indexer.sse ?? true,
    'mcp-memory-http': memory.http ?? http,
    'mcp-indexer-http': indexer.http ?? http,
    qdrant: true,
    llamacpp: llamacpp.enabled ?? (preset === 'standard' || preset === 'full'),
  };
}

/** The MCP servers that run. */
export function runningServers(settings: ContextEngineSettings): ServerName[] {
  const runs = running(settings);
  return serverNames.filter((name) => runs[name]);
}

/**
 * Whether requests of one client can be kept on one replica: a Service does it by address, and so can every way in but
 * Traefik, which does it by cookies, and a Gateway of an implementation that offers nothing for it.
 */
export function keepsSessions({ exposure }: ContextEngineSettings, { gateway, ingress }: ClusterFacts): boolean {
  if (exposure.kind === 'ingress') return ingress?.implementation === 'nginx';
  return exposure.kind !== 'gateway' || gateway?.implementation === 'envoy-gateway';
}

/** Most replicas of each flavour of the indexer. */
export function maxReplicas(settings: ContextEngineSettings, cluster: ClusterFacts): number {
  const { minReplicas, maxReplicas: said } = settings.indexer.autoscaling;
  const several = settings.layout === 'shared' && keepsSessions(settings, cluster);
  return said ?? (several ? Math.max(5, minReplicas) : 1);
}

/** The Services that are reachable from outside, in the order of their names' list. */
export function exposedServices(settings: ContextEngineSettings): ServiceName[] {
  const { exposure } = settings;
  if (exposure.kind === 'none') return [];
  const runs = running(settings);
  const wanted = exposure.services ?? serverNames;
  const hosts = exposure.kind === 'ingress' || exposure.kind === 'gateway' ? exposure.sseHostnames : undefined;
  const reachable: Partial<Record<ServiceName, boolean>> = hosts
    ? { 'mcp-memory': hosts.memory !== undefined, 'mcp-indexer': hosts.indexer !== undefined }
    : {};
  return wanted.filter((name) => runs[name] && (reachable[name] ?? true));
}

/** The class of a volume that several pods share: its own, else that of the cluster's facts. */
export function sharedClass(
  settings: ContextEngineSettings,
  cluster: ClusterFacts,
  volume: keyof ContextEngineSettings['volumes'],
): string | undefined {
  const common = settings.layout === 'shared' ? cluster.sharedStorageClass : cluster.storageClass;
  return settings.volumes[volume].storageClass ?? common;
}
