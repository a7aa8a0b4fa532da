/**
 * Metrics that the exporters of a usual monitoring stack give, as far as alerts and dashboards may ask for them.
 * @see https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics
 */
export const stateMetrics = [
  'kube_cronjob_created',
  'kube_cronjob_status_last_successful_time',
  'kube_deployment_spec_replicas',
  'kube_deployment_status_replicas_available',
  'kube_horizontalpodautoscaler_spec_max_replicas',
  'kube_horizontalpodautoscaler_status_condition',
  'kube_horizontalpodautoscaler_status_current_replicas',
  'kube_horizontalpodautoscaler_status_target_metric',
  'kube_job_complete',
  'kube_job_failed',
  'kube_job_status_active',
  'kube_pod_container_status_restarts_total',
  'kube_pod_owner',
  'kube_pod_status_phase',
  'kube_pod_status_ready',
] as const;

export type StateMetric = (typeof stateMetrics)[number];

/** Of the kubelet itself, and of the cAdvisor in it. */
export const kubeletMetrics = [
  'container_cpu_usage_seconds_total',
  'container_memory_working_set_bytes',
  'container_network_transmit_bytes_total',
  'container_spec_memory_limit_bytes',
  'kubelet_volume_stats_available_bytes',
  'kubelet_volume_stats_capacity_bytes',
  'kubelet_volume_stats_inodes',
  'kubelet_volume_stats_inodes_free',
] as const;

export type KubeletMetric = (typeof kubeletMetrics)[number];

/** Of Prometheus about what it scrapes, and of the blackbox exporter. */
export const probeMetrics = ['probe_ssl_earliest_cert_expiry', 'probe_success', 'up'] as const;

/** Of cert-manager. @see https://cert-manager.io/docs/devops-tips/prometheus-metrics/ */
export const certificateMetrics = [
  'certmanager_certificate_expiration_timestamp_seconds',
  'certmanager_certificate_renewal_timestamp_seconds',
] as const;

/** Of the exporters of PostgreSQL and of Redis: tests/contract/exporters.test.ts sees that they have them. */
export const exporterMetrics = [
  'pg_settings_max_connections',
  'pg_stat_database_numbackends',
  'pg_up',
  'redis_memory_max_bytes',
  'redis_memory_used_bytes',
  'redis_up',
] as const;

/** Of a Redis that keeps a queue: tests/contract/queue-length.test.ts sees that the exporter has them. */
export const queueMetrics = [
  'redis_aof_last_bgrewrite_status',
  'redis_aof_last_write_status',
  'redis_key_size',
  'redis_keyspace_hits_total',
  'redis_keyspace_misses_total',
] as const;

export type ExporterMetric = (typeof exporterMetrics | typeof queueMetrics)[number];

/**
 * Of Qdrant 1.15; `collection_points` there is from 1.16 on.
 * @see https://qdrant.tech/documentation/guides/monitoring/
 */
export const qdrantMetrics = [
  'collection_points',
  'collections_vector_total',
  'memory_allocated_bytes',
  'rest_responses_duration_seconds_bucket',
  'rest_responses_fail_total',
  'rest_responses_total',
  'up',
] as const;

export type QdrantMetric = (typeof qdrantMetrics)[number];

/**
 * Of CloudNativePG's servers and poolers, and of its plugin Barman Cloud.
 * @see https://cloudnative-pg.io/documentation/1.28/monitoring/#predefined-set-of-metrics
 * @see https://cloudnative-pg.io/documentation/1.28/connection_pooling/#monitoring
 * @see https://cloudnative-pg.io/plugin-barman-cloud/docs/observability/
 */
export const cloudNativePgMetrics = [
  'barman_cloud_cloudnative_pg_io_last_available_backup_timestamp',
  'cnpg_collector_pg_wal_archive_status',
  'cnpg_collector_up',
  'cnpg_pg_replication_in_recovery',
  'cnpg_pg_replication_is_wal_receiver_up',
  'cnpg_pg_replication_lag',
  'cnpg_pg_stat_archiver_last_archived_time',
  'cnpg_pg_stat_archiver_last_failed_time',
  'cnpg_pgbouncer_pools_maxwait',
] as const;

export type CloudNativePgMetric = (typeof cloudNativePgMetrics)[number];

const known: ReadonlySet<string> = new Set([
  ...stateMetrics,
  ...kubeletMetrics,
  ...probeMetrics,
  ...certificateMetrics,
  ...exporterMetrics,
  ...queueMetrics,
  ...qdrantMetrics,
  ...cloudNativePgMetrics,
]);

/** A selector of an expression: the metric, and what is asked of its labels. */
export interface Selector {
  readonly metric: string;
  readonly labels: string;
}

/** The selectors of an expression, each of which must name labels. */
export function selectorsOf(expression: string): Selector[] {
  return [...expression.matchAll(/([a-zA-Z_:][\w:]*)\{([^}]*)\}/g)].map(([, metric = '', labels = '']) => ({
    metric,
    labels,
  }));
}

/** Metrics of an expression that no exporter has. */
export function unknownMetrics(expression: string): string[] {
  return selectorsOf(expression).flatMap(({ metric }) => (known.has(metric) ? [] : [metric]));
}
