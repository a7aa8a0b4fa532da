import { systemLabels } from '../kit/objects/labels';
import type { RunAs } from '../kit/objects/pod';

/** Name of the system in labels, beginning of the names of its objects, and its namespace by default. */
export const system = 'rae-memory';

/** Names of the objects. */
export const names = {
  api: `${system}-api`,
  ml: `${system}-ml-service`,
  reranker: `${system}-reranker`,
  worker: `${system}-celery-worker`,
  beat: `${system}-beat`,
  dashboard: `${system}-dashboard`,
  migration: `${system}-migration`,
  collection: `${system}-collection`,
  account: system,
  config: `${system}-config`,
  proxy: `${system}-auth-proxy`,
  ingress: system,
  quota: `${system}-quota`,
  limits: `${system}-limits`,
  alerts: `${system}-alerts`,
  grafana: `${system}-grafana`,
  backup: `${system}-backup`,
  postgres: `${system}-postgresql`,
  redis: `${system}-redis-master`,
  qdrant: `${system}-qdrant`,
} as const;

/** The Secret, under the name that upstream's guide makes it by. */
export const secretName = 'rae-secrets';

/** Names of the claims, those of upstream's charts. */
export const claims = {
  postgres: `data-${names.postgres}-0`,
  redis: `redis-data-${names.redis}-0`,
  qdrant: `qdrant-storage-${names.qdrant}-0`,
  qdrantSnapshots: `qdrant-snapshots-${names.qdrant}-0`,
  backup: names.backup,
} as const;

/** Ports that the servers listen on. */
export const ports = { api: 8000, ml: 8001, reranker: 8002, dashboard: 8501 } as const;

/** Paths of the API: alive whatever the stores do, and ready with all of them. */
export const paths = { live: '/live', ready: '/health', metrics: '/metrics', routed: '/v2' } as const;

/** The user that the image is made for. */
export const runAs: RunAs = { uid: 1000, gid: 1000 };

/** Where the image has the application, and where its pods find our scripts. */
export const appPath = '/app';
export const scriptsPath = '/opt/rae';

/** What a pod is. */
export type Component =
  | 'api'
  | 'ml-service'
  | 'reranker'
  | 'celery-worker'
  | 'beat'
  | 'dashboard'
  | 'migration'
  | 'postgresql'
  | 'redis'
  | 'qdrant'
  | `${'postgresql' | 'redis'}-exporter`
  | 'queue-exporter'
  | 'backup'
  | 'restore'
  | 'drill';

/** What a pod uses. */
export type Use = 'api' | 'postgres' | 'postgres-session' | 'redis' | 'qdrant' | 'ml' | 'reranker' | 'repository';

export const labels = systemLabels<Component, Use>(system);
export const { allPods, metadataIn, podLabels, podsOf, uses } = labels;
