import type { ClusterFacts } from '../../config/cluster';
import type { Alert } from '../kit/objects/prometheus-rule';
import { backupAlerts, certificateAlert, podAlerts, volumeAlert } from '../kit/parts/alerts';
import { exporterAlert } from '../kit/parts/exporter';
import { downOrAbsent, restartsInAnHour, type WatchedCertificate } from '../kit/parts/promql';
import { isCertificateMade } from '../kit/settings/tls';
import { cloudNativePgAlerts } from '../kit/stores/postgres/cloudnative-pg/monitoring';
import { qdrantAlerts } from '../kit/stores/qdrant/alerts';
import { redisAlerts } from '../kit/stores/redis/alerts';
import { exportedStores } from './exporters';
import type { Rae } from './instance';
import { names } from './names';
import { jobs, seriesOf } from './series';
import { budgetSeries } from './written-series';

const of = { alert: 'RAE', runbook: 'rae', name: 'RAE' } as const;

/** What a lost volume would lose. */
const loss = 'memories';

/** Tasks that wait at which the workers no longer keep up: beat puts about twenty an hour. */
const longQueue = 200;

/** Routes whose answers are made by a language model: slow by their nature. Their group of URLs, as the series have it. */
export const modelRoutes = '/v2/(agent|bridge|reflections|evaluation).*';

/**
 * Alerts of the system, on its own series and those of the blackbox exporter, kube-state-metrics, the kubelet, cert-manager
 * and the exporters of its stores. What tells of a loss also goes off when its metric is gone. tests/alerts holds each
 * against promtool.
 */
export function alerts(rae: Rae, cluster: ClusterFacts): Alert[] {
  const { backup } = rae.settings;
  const series = seriesOf(rae);
  return [
    ...ofApi(rae),
    migrationFailed(rae),
    ...ofWorkers(rae, cluster),
    ...ofStores(rae, cluster),
    ...podAlerts(of, series.pods),
    volumeAlert(of, series.claims),
    ...backupAlerts({
      ...of,
      cronJobs: { backup: series.backup, drill: series.drill },
      settings: backup,
      loss,
    }),
    ...certificates(rae, cluster).map((watched) => certificateAlert(of, watched)),
    ...ofBudgets(rae),
  ];
}

function ofApi(rae: Rae): Alert[] {
  const series = seriesOf(rae);
  const rate = (labels = '') => `sum(rate(http_requests_total{${series.api}${labels}}[5m]))`;
  const quick = `${series.api},handler!~"${modelRoutes}"`;
  const timed = (part: string, labels = '') =>
    `sum(rate(http_request_duration_seconds_${part}{${quick}${labels}}[10m]))`;
  return [
    {
      alert: 'RAEDown',
      expr: downOrAbsent(series.probe(jobs.health)),
      for: '5m',
      severity: 'critical',
      summary: 'The API has not been healthy for five minutes, has lost one of its stores, or nobody asks it any more.',
      runbook: 'rae-down',
    },
    {
      alert: 'RAEApiErrors',
      expr: `${rate(',status="5xx"')} / ${rate()} > 0.05`,
      for: '5m',
      severity: 'critical',
      summary: 'More than 5 % of the requests to the API have failed for five minutes.',
      runbook: 'rae-api-errors',
    },
    {
      alert: 'RAEApiSlow',
      // The series end at one second: above it no quantile can be told, and the share of slower ones can.
      expr: `1 - ${timed('bucket', ',le=~"1|1.0"')} / ${timed('count')} > 0.05`,
      for: '10m',
      severity: 'warning',
      summary:
        'More than 5 % of the requests that ask no language model have taken longer than a second for ten minutes.',
      runbook: 'rae-api-slow',
    },
    {
      alert: 'RAERestarting',
      expr: `${restartsInAnHour(series.pods)} >= 4`,
      for: '5m',
      severity: 'warning',
      summary: 'A container of RAE has restarted more than three times within an hour.',
      runbook: 'rae-restarting',
    },
  ];
}

/** Where an `up` waits for no Job, because somebody has yet to bring a Secret, nobody else tells of it. */
function migrationFailed(rae: Rae): Alert {
  return {
    alert: 'RAEMigrationFailed',
    expr: `max by (namespace, job_name) (kube_job_failed{${seriesOf(rae).madeBefore},condition="true"}) == 1`,
    for: '1m',
    severity: 'critical',
    summary: 'The Job that makes the schema or the collection for a version of RAE has failed: its pods never serve.',
    runbook: 'rae-migration-failed',
  };
}

function ofWorkers(rae: Rae, cluster: ClusterFacts): Alert[] {
  const series = seriesOf(rae);
  const gone = (deployment: string) =>
    downOrAbsent(`kube_deployment_status_replicas_available{${series.deployment(deployment)}}`);
  const perAutoscaler = (field: string, labels = '') =>
    `max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_${field}{${series.autoscalers}${labels}})`;
  const wantsMore = perAutoscaler('status_condition', ',condition="ScalingLimited",status="true"');
  const scales = [rae.api, rae.ml, rae.worker].some(({ scaling }) => scaling !== undefined);
  return [
    {
      alert: 'RAEWorkersGone',
      expr: gone(names.worker),
      for: '15m',
      severity: 'critical',
      summary: 'No worker has been available for fifteen minutes: no memory is decayed, reflected upon or linked.',
      runbook: 'rae-workers-gone',
    },
    {
      alert: 'RAEBeatGone',
      expr: gone(names.beat),
      for: '15m',
      severity: 'warning',
      summary: 'Beat has not been available for fifteen minutes: nothing that is due is put into the queue.',
      runbook: 'rae-beat-gone',
    },
    ...(exportedStores(rae, cluster).some(({ kind }) => kind === 'redis')
      ? [
          {
            alert: 'RAEQueueLong',
            expr: `max by (namespace) (${series.queue}) > ${longQueue}`,
            for: '15m',
            severity: 'warning',
            summary: `More than ${longQueue} tasks have waited for fifteen minutes: the workers do not keep up, or none works.`,
            runbook: 'rae-queue-long',
          } as const,
        ]
      : []),
    ...(scales
      ? [
          {
            alert: 'RAEAtItsLimit',
            expr: `${perAutoscaler('status_current_replicas')} >= ${perAutoscaler('spec_max_replicas')} and ${wantsMore} == 1`,
            for: '1h',
            severity: 'warning',
            summary: 'A part of RAE has had its highest number of replicas for an hour, and wants more.',
            runbook: 'rae-at-its-limit',
          } as const,
        ]
      : []),
  ];
}

function ofStores(rae: Rae, cluster: ClusterFacts): Alert[] {
  const series = seriesOf(rae);
  const qdrant = qdrantAlerts({ ...of, series: series.qdrant, claim: series.vectors });
  const embeddedRedis = rae.stores.redis.settings.mode === 'embedded';
  const stores = exportedStores(rae, cluster).flatMap((exported): Alert[] => {
    if (exported.kind === 'redis') {
      const { down, full, unwritten } = redisAlerts({ alert: of.alert, series: exported.series });
      // How somebody else's Redis writes is theirs to watch.
      return embeddedRedis ? [down, full, unwritten] : [down, full];
    }
    const { series: postgres } = exported;
    return [
      exporterAlert({ ...exported, alert: 'RAEPostgresDown', severity: 'critical' }),
      {
        alert: 'RAEPostgresConnections',
        expr: `sum(pg_stat_database_numbackends{${postgres}}) / max(pg_settings_max_connections{${postgres}}) > 0.85`,
        for: '10m',
        severity: 'warning',
        summary:
          'More than 85 % of the connections of PostgreSQL have been in use for ten minutes; without one, requests fail.',
        runbook: 'rae-postgres-connections',
      },
    ];
  });
  const postgres = rae.stores.postgres.settings;
  const servers =
    postgres.mode === 'cloudnative-pg'
      ? cloudNativePgAlerts({ alert: of.alert, namespace: rae.namespace, name: names.postgres, settings: postgres })
      : [];
  return [...stores, ...servers, ...(rae.stores.qdrant.settings ? [qdrant.down, qdrant.full] : [])];
}

/** The certificate that clients meet: by cert-manager's own numbers, or as somebody else's is seen at the host name. */
export function certificates({ namespace, settings: { exposure } }: Rae, cluster: ClusterFacts): WatchedCertificate[] {
  if (exposure.kind === 'none') return [];
  return isCertificateMade(exposure.kind, exposure.tls, cluster)
    ? [{ kind: 'managed', namespace, name: exposure.tlsSecretName }]
    : [{ kind: 'given', namespace, job: jobs.outside }];
}

/** As the guide of upstream has them, for a version that has budgets. */
function ofBudgets({ namespace, settings: { cost } }: Rae): Alert[] {
  if (!cost.budgetAlerts) return [];
  const monthly = (series: string) => `${series}{namespace="${namespace}",period="monthly"}`;
  const left = `${monthly(budgetSeries.remaining)} / ${monthly(budgetSeries.limit)}`;
  return [
    {
      alert: 'RAEBudgetWarning',
      expr: `${left} < 0.2`,
      for: '5m',
      severity: 'warning',
      summary: 'A tenant of RAE has used 80 % of its monthly budget.',
      runbook: 'rae-budget',
    },
    {
      alert: 'RAEBudgetCritical',
      expr: `${left} < 0.05`,
      for: '1m',
      severity: 'critical',
      summary:
        'A tenant of RAE has used 95 % of its monthly budget; at the end of it requests are refused with status 402.',
      runbook: 'rae-budget',
    },
  ];
}
