import { labelsOf, systemLabel } from '../kit/objects/labels';
import type { RunAs } from '../kit/objects/pod';
import { qdrantPorts } from '../kit/stores/qdrant/objects';
import type { ObjectMeta } from '../system/planned-object';
import type { ContextEngineSettings } from './settings';
import type { ServerName, ServiceName } from './settings/choices';

/** Name of the system. */
export const system = 'context-engine';

/** What a pod is. The Services are named after those that listen. */
export type Component = ServiceName | 'watcher' | 'index' | 'upload' | 'backup' | 'restore' | 'drill';

/** The user of every image: upstream's runs as anyone, Qdrant's unprivileged one as this one. */
export const runAs: RunAs = { uid: 1000, gid: 1000 };

/** Ports of the pods, and of their Services. */
export const ports = {
  qdrant: qdrantPorts,
  llamacpp: { requests: 8080 },
} as const;

/** An MCP server: which of the two, how it speaks, and where it listens. */
export interface ServerKind {
  readonly about: 'memory' | 'indexer';
  readonly transport: 'sse' | 'http';
  readonly port: number;
  /** Answers `/readyz` and `/tools`, and nothing else. */
  readonly health: number;
  /** Path of the protocol. */
  readonly path: '/sse' | '/mcp';
}

/** The MCP servers by the names of their Services. */
export const serverKinds: Readonly<Record<ServerName, ServerKind>> = {
  'mcp-memory': { about: 'memory', transport: 'sse', port: 8000, health: 18_000, path: '/sse' },
  'mcp-indexer': { about: 'indexer', transport: 'sse', port: 8001, health: 18_001, path: '/sse' },
  'mcp-memory-http': { about: 'memory', transport: 'http', port: 8002, health: 18_002, path: '/mcp' },
  'mcp-indexer-http': { about: 'indexer', transport: 'http', port: 8003, health: 18_003, path: '/mcp' },
};

/** Where pods find what they share. */
export const paths = {
  /** In the image a link to /work, below which alone upstream's indexer reads source lines. */
  repositories: '/repos',
  metadata: '/metadata',
  models: '/models',
  scripts: '/opt/context-engine',
  tmp: '/tmp',
} as const;

/** Folder of a repository in which the indexer keeps what it remembers of it. */
export const stateFolder = '.codebase';

/** Names of the claims. Qdrant's is the one that the seed's StatefulSet claimed by a template. */
export const claims = {
  storage: 'qdrant-storage-qdrant-0',
  snapshots: 'qdrant-snapshots',
  repositories: `${system}-repos`,
  metadata: `${system}-metadata`,
  models: `${system}-models`,
  backups: `${system}-backup`,
} as const;

/** Name of the CronJob that takes an upload of a repository in. */
export function uploadJobOf(repository: string): string {
  return `upload-${repository}`;
}

/** Labels that all pods of the system share, whatever else lives in their namespace. */
export const allPods = { app: system, [systemLabel]: system } as const;

/** Labels that select the pods of one kind, and of one repository where each has its own. */
export function podsOf(component: Component, repository?: string): Record<string, string> {
  return { ...allPods, component, ...(repository ? { repository } : {}) };
}

/** What a pod uses, as a label: network policies and affinities select by it, so that one serves all pods of a kind. */
export type Use = 'qdrant' | 'memory' | 'models' | 'decoder' | 'backups';

/** Labels of our pods that use something. */
export function uses(use: Use): Record<string, string> {
  return { ...allPods, [`memory-fleet.dev/uses-${use}`]: 'true' };
}

/** Label of the one Service whose pods Prometheus scrapes. */
export const scraped = { 'memory-fleet.dev/metrics': 'true' } as const;

/** Labels of a pod: what selects it, and what it uses. */
export function podLabels(component: Component, used: readonly Use[], repository?: string): Record<string, string> {
  return { ...labelsOf(system, podsOf(component, repository)), ...Object.assign({}, ...used.map(uses)) };
}

/** Metadata of an object of the system in its namespace. */
export function metadataIn(settings: ContextEngineSettings, labels: Readonly<Record<string, string>> = allPods) {
  return (name: string): ObjectMeta => ({
    name,
    namespace: settings.namespace.name,
    labels: labelsOf(system, labels),
  });
}

/** Name of a Service from anywhere in the cluster. */
export function serviceHost(settings: ContextEngineSettings, service: string, domain: string): string {
  return `${service}.${settings.namespace.name}.svc.${domain}`;
}
