import { cloudNativePgLabels, instancesOf } from '../../../objects/cloudnative-pg';
import { type PodMetrics, podJob } from '../../../objects/pod-monitor';
import type { Alert } from '../../../objects/prometheus-rule';
import { downOrAbsent } from '../../../parts/promql';
import type { PostgresMode } from '../modes';
import { cloudNativePgNames } from './names';
import type { WrittenSeries } from './written-series';

/** What Prometheus scrapes of servers and pooler, by the keys of the monitors; the operator makes no Service for these ports. */
export function cloudNativePgMetrics(
  name: string,
  { pooler }: PostgresMode<'cloudnative-pg'>,
): Record<string, PodMetrics & { readonly name: string }> {
  const scraped = { port: 'metrics', interval: '30s' } as const;
  const names = cloudNativePgNames(name);
  return {
    [`${name}Monitor`]: { name, selector: instancesOf(name), ...scraped },
    ...(pooler
      ? {
          [`${name}PoolerMonitor`]: {
            name: names.pooler,
            selector: { [cloudNativePgLabels.pooler]: names.pooler },
            ...scraped,
          },
        }
      : {}),
  };
}

export interface CloudNativePgAlertsArgs {
  /** Beginning of the alerts' names, such as `Notes`. */
  readonly alert: string;
  readonly namespace: string;
  /** Name of the cluster of databases. */
  readonly name: string;
  readonly settings: PostgresMode<'cloudnative-pg'>;
}

/** Seconds that a replica may be behind, as the samples of the operator have it. */
const longestLag = 300;

/** Files of the log that wait to be archived at which the archive no longer keeps up: 16 MiB each. */
const waitingFiles = 10;

/** Seconds that a client may wait for a connection. */
const longestWait = 5;

/**
 * A server is down, a replica is behind, the log does not reach its archive, the base backup is old, clients wait at the pooler.
 * @see https://github.com/cloudnative-pg/cloudnative-pg/blob/v1.28.0/docs/src/samples/monitoring/prometheusrule.yaml
 */
export function cloudNativePgAlerts({ alert, name, namespace, settings }: CloudNativePgAlertsArgs): Alert[] {
  const { backup, pooler } = settings;
  const seriesOf = (monitor: string) => (metric: WrittenSeries, labels: string) =>
    `${metric}{namespace="${namespace}",job="${podJob(namespace, monitor)}"${labels}}`;
  const ofServers = seriesOf(name);
  const ofPooler = seriesOf(cloudNativePgNames(name).pooler);
  const each = (expr: string) => `max by (namespace, pod) (${expr})`;
  const server = (metric: WrittenSeries, labels = '') => ofServers(metric, labels);
  const newest = server('barman_cloud_cloudnative_pg_io_last_available_backup_timestamp');
  return [
    {
      alert: `${alert}PostgresServerDown`,
      expr: downOrAbsent(server('cnpg_collector_up')),
      for: '5m',
      severity: 'critical',
      summary: 'A server of PostgreSQL has not answered for five minutes, or nobody asks any of them any more.',
      runbook: 'postgres-server-down',
    },
    {
      alert: `${alert}PostgresReplicaBehind`,
      // A replica that receives nothing and has replayed what it had is not behind by its own account.
      expr:
        `${each(server('cnpg_pg_replication_lag'))} > ${longestLag} or ` +
        `${each(`${server('cnpg_pg_replication_in_recovery')} - ${server('cnpg_pg_replication_is_wal_receiver_up')}`)} > 0`,
      for: '5m',
      severity: 'warning',
      summary:
        'A replica of PostgreSQL has been five minutes behind, or has received nothing for as long: a failover to it would lose what it lacks.',
      runbook: 'postgres-replica-behind',
    },
    ...(backup
      ? ([
          {
            alert: `${alert}PostgresLogNotArchived`,
            expr:
              `${each(`${server('cnpg_pg_stat_archiver_last_failed_time')} - ${server('cnpg_pg_stat_archiver_last_archived_time')}`)} > 1 or ` +
              `${each(server('cnpg_collector_pg_wal_archive_status', ',value="ready"'))} > ${waitingFiles}`,
            for: '15m',
            severity: 'critical',
            summary:
              'The log of PostgreSQL has not reached its archive for a quarter of an hour: nothing since can be gone back to, and it fills the volume.',
            runbook: 'postgres-log-not-archived',
          },
          {
            alert: `${alert}PostgresBaseBackupTooOld`,
            expr: `time() - max by (namespace) (${newest}) > ${backup.maxAgeSeconds} or absent(${newest})`,
            for: '15m',
            severity: 'critical',
            summary: 'PostgreSQL has had no base backup for too long, or nobody tells of one.',
            runbook: 'postgres-base-backup-too-old',
          },
        ] as const)
      : []),
    ...(pooler
      ? [
          {
            alert: `${alert}PostgresPoolerFull`,
            expr: `${each(ofPooler('cnpg_pgbouncer_pools_maxwait', ''))} > ${longestWait}`,
            for: '5m',
            severity: 'warning',
            summary: `Clients have waited more than ${longestWait} s for a connection of the pooler for five minutes.`,
            runbook: 'postgres-pooler-full',
          } as const,
        ]
      : []),
  ];
}
