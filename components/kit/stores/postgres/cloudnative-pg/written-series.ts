/**
 * Series of servers and poolers that alerts may ask for, by the oldest version that writes all of them; every later one does so
 * too, up to 1.30 of the operator. Of base backups its plugin tells: the operator's own series of them
 * (`cnpg_collector_last_available_backup_timestamp`) are 0 for ever where the plugin makes them.
 *
 * @see https://cloudnative-pg.io/documentation/current/monitoring/
 * @see https://cloudnative-pg.io/plugin-barman-cloud/docs/observability/
 */
export const writtenSeries = {
  'CloudNativePG 1.26': [
    'cnpg_collector_pg_wal_archive_status',
    'cnpg_collector_up',
    'cnpg_pg_replication_in_recovery',
    'cnpg_pg_replication_is_wal_receiver_up',
    'cnpg_pg_replication_lag',
    'cnpg_pg_stat_archiver_last_archived_time',
    'cnpg_pg_stat_archiver_last_failed_time',
    'cnpg_pgbouncer_pools_maxwait',
  ],
  'Barman Cloud 0.6': ['barman_cloud_cloudnative_pg_io_last_available_backup_timestamp'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type WrittenSeries = (typeof writtenSeries)[keyof typeof writtenSeries][number];
