import { systemLabels } from '../kit/objects/labels';
import type { RunAs } from '../kit/objects/pod';

/** Name of the system in labels. */
export const system = 'personal-knowledge-mcp';

/** Beginning of the names of instances outside of their namespaces, and of most objects in them. */
const prefix = 'pk-mcp';

/** Name of an instance among everything in the stack, and of its namespace by default. */
export function idOf(instance: string): string {
  return `${prefix}-${instance}`;
}

/** Names of the objects of every instance, each in its own namespace. */
export const names = {
  server: `${prefix}-service`,
  config: `${prefix}-config`,
  secrets: `${prefix}-secrets`,
  ingress: `${prefix}-ingress`,
  proxy: `${prefix}-bearer-proxy`,
  quota: `${prefix}-quota`,
  limits: `${prefix}-limits`,
  alerts: `${prefix}-alerts`,
  dashboard: `${prefix}-dashboard`,
  backup: `${prefix}-backup`,
  snapshots: `${prefix}-snapshots`,
  chroma: 'chromadb',
  postgres: 'postgres',
  falkordb: 'falkordb',
  neo4j: 'neo4j',
} as const;

/** Names of the claims; those of the stores are what a StatefulSet's own template would call them. */
export const claims = {
  data: `${prefix}-data`,
  models: `${prefix}-models`,
  backup: names.backup,
  chroma: 'data-chromadb-0',
  postgres: 'data-postgres-0',
  falkordb: 'data-falkordb-0',
  neo4j: 'data-neo4j-0',
} as const;

/** Where the server listens, and how it is spoken to. */
export const port = 3001;
export const paths = { http: '/api/v1/mcp', sse: '/api/v1/sse', health: '/health', routed: '/api/v1' } as const;

/** What /health names where the server has found its graph, a FalkorDB; upstream still calls it by the one that it had before. */
export const graphWord = 'neo4j';

/** The user that the image is made for. */
export const runAs: RunAs = { uid: 1001, gid: 1001 };

/** Where the server keeps what is its own. Its list of repositories holds absolute paths, so that this never changes. */
export const dataPath = '/app/data';
export const modelsPath = '/models';
export const scriptsPath = '/opt/pk-mcp';

/** What a pod is. */
export type Component =
  | 'mcp-service'
  | 'chromadb'
  | 'neo4j'
  | StoreName
  | `${StoreName}-exporter`
  | 'backup'
  | 'snapshots'
  | 'restore'
  | 'drill';

/** A store whose numbers an exporter can give. */
export type StoreName = 'postgres' | 'falkordb';

/** What a pod uses. The graph is used by its drivers, and a Neo4j besides by its API, which is for backups alone. */
export type Use = 'chroma' | 'postgres' | 'graph' | 'graph-api' | 'data';

export const labels = systemLabels<Component, Use>(system);
export const { allPods, metadataIn, podLabels, podsOf, uses } = labels;
