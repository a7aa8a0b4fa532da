import type { ClusterFacts } from '../../config/cluster';
import type { Alert } from '../kit/objects/prometheus-rule';
import { backupAlerts, volumeAlert } from '../kit/parts/alerts';
import { monitoring } from '../kit/parts/monitoring';
import { downOrAbsent, restartsInAnHour } from '../kit/parts/promql';
import { qdrantAlerts, qdrantMetrics } from '../kit/stores/qdrant/alerts';
import type { Described } from '../system/described';
import { dashboardContent } from './dashboard';
import { metadataIn, podsOf, ports, scraped, serverKinds, serviceHost, system } from './names';
import { probeJob, seriesOf } from './series';
import type { ContextEngineSettings } from './settings';
import { maxReplicas, running, runningServers, type ServiceName } from './settings/choices';

/**
 * Alerts of Context Engine, on metrics of Qdrant, the blackbox exporter, kube-state-metrics and the kubelet. What tells of a
 * loss also goes off when its metric is gone. tests/alerts holds each against promtool.
 */
export function alerts(settings: ContextEngineSettings, cluster: ClusterFacts): Alert[] {
  return [...availability(settings), ...storage(settings), ...indexing(settings, cluster)];
}

function availability(settings: ContextEngineSettings): Alert[] {
  const series = seriesOf(settings);
  const servers = runningServers(settings);
  return [
    ofQdrant(settings).down,
    {
      alert: 'ContextEngineServerDown',
      // Each server has its own alert: the label `job` says which, also of one that nobody asks any more.
      expr: [`${series.probe(...servers)} == 0`, ...servers.map((server) => `absent(${series.probe(server)})`)].join(
        ' or ',
      ),
      for: '5m',
      severity: 'critical',
      summary:
        'An MCP server has not answered for five minutes, or nobody asks it any more; its agents work without it.',
      runbook: 'context-engine-server-down',
    },
    ...(running(settings).llamacpp
      ? [
          {
            alert: 'ContextEngineDecoderDown',
            expr: downOrAbsent(series.probe('llamacpp')),
            for: '15m',
            severity: 'warning',
            summary: 'llama.cpp has not answered for fifteen minutes: `context_answer` fails, every other tool works.',
            runbook: 'context-engine-decoder-down',
          } as const,
        ]
      : []),
    {
      alert: 'ContextEngineRestarting',
      // Of one pod: a short absence of Qdrant ends many watchers once each.
      expr: `${restartsInAnHour(series.pods)} >= 4`,
      for: '5m',
      severity: 'warning',
      summary: 'A container of Context Engine has restarted more than three times within an hour.',
      runbook: 'context-engine-restarting',
    },
  ];
}

function ofQdrant(settings: ContextEngineSettings) {
  const { qdrant, storage: claim } = seriesOf(settings);
  return qdrantAlerts({ alert: 'ContextEngine', runbook: system, series: qdrant, claim });
}

function storage(settings: ContextEngineSettings): Alert[] {
  const series = seriesOf(settings);
  const of = { alert: 'ContextEngine', runbook: system };
  return [
    ofQdrant(settings).full,
    volumeAlert({ ...of, name: 'Context Engine' }, series.claims),
    ...backupAlerts({
      ...of,
      name: 'Qdrant',
      cronJobs: { backup: series.backup, drill: series.drill },
      settings: settings.backup,
      loss: 'the memories, and hours of indexing',
    }),
  ];
}

function indexing(settings: ContextEngineSettings, cluster: ClusterFacts): Alert[] {
  const series = seriesOf(settings);
  const { cpuPercent } = settings.indexer.autoscaling;
  const perAutoscaler = (value: string) => `max by (namespace, horizontalpodautoscaler) (${value})`;
  const autoscaler = (field: string) =>
    perAutoscaler(`kube_horizontalpodautoscaler_${field}_replicas{${series.autoscalers}}`);
  const load = `kube_horizontalpodautoscaler_status_target_metric{${series.autoscalers},metric_name="cpu",metric_target_type="utilization"}`;
  return [
    {
      alert: 'ContextEngineIndexJobFailed',
      expr: `max by (namespace, job_name) (kube_job_failed{${series.indexJobs},condition="true"}) == 1`,
      for: '5m',
      severity: 'warning',
      summary: 'The first index of a repository has failed for good: agents do not find its code.',
      runbook: 'context-engine-index-job-failed',
    },
    {
      alert: 'ContextEngineWatcherUnavailable',
      expr: `max by (namespace, deployment) (kube_deployment_status_replicas_available{${series.watchers}}) == 0`,
      for: '15m',
      severity: 'warning',
      summary: 'A repository has had no watcher for fifteen minutes: agents find it as it was before.',
      runbook: 'context-engine-watcher-unavailable',
    },
    {
      alert: 'ContextEngineNothingIndexed',
      // An index that has run through has left something behind, unless it found nothing or its collection was lost since.
      expr: `max by (namespace) (collections_vector_total{${series.qdrant}}) == 0 and on (namespace) kube_job_complete{${series.indexJobs},condition="true"} == 1`,
      for: '30m',
      severity: 'critical',
      summary:
        'Repositories have been indexed, but Qdrant holds nothing: it has lost its data, or there was nothing to index.',
      runbook: 'context-engine-nothing-indexed',
    },
    ...(runningServers(settings).some((name) => serverKinds[name].about === 'indexer') &&
    maxReplicas(settings, cluster) > 1
      ? [
          {
            alert: 'ContextEngineIndexerAtItsLimit',
            // The load is averaged: a moment of rest must not start the hour anew.
            expr: `${autoscaler('status_current')} >= ${autoscaler('spec_max')} and ${perAutoscaler(`avg_over_time(${load}[15m])`)} > ${cpuPercent}`,
            for: '1h',
            severity: 'warning',
            summary: 'The indexer has had its highest number of replicas for an hour, and all of them are busy.',
            runbook: 'context-engine-indexer-at-its-limit',
          } as const,
        ]
      : []),
  ];
}

/** Monitor, probes, alerts and dashboard. */
export function monitoringObjects(settings: ContextEngineSettings, cluster: ClusterFacts): Record<string, Described> {
  const check = (service: ServiceName, port: number, path: string) => [
    `probe-${service}`,
    { name: probeJob(service), url: `http://${serviceHost(settings, service, cluster.domain)}:${port}${path}` },
  ];
  return monitoring(
    {
      metadata: metadataIn(settings),
      name: system,
      metrics: {
        qdrantMonitor: {
          service: 'qdrant',
          ...qdrantMetrics({ ...podsOf('qdrant'), ...scraped }, settings.qdrant.apiKey),
        },
      },
      checks: Object.fromEntries([
        ...runningServers(settings).map((name) => check(name, serverKinds[name].health, '/readyz')),
        ...(running(settings).llamacpp ? [check('llamacpp', ports.llamacpp.requests, '/health')] : []),
      ]),
      alerts: alerts(settings, cluster),
      dashboard: { name: `${system}-dashboard`, content: dashboardContent(settings, cluster) },
    },
    cluster,
  );
}
