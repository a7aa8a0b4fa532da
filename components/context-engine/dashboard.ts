import type { ClusterFacts } from '../../config/cluster';
import { shortHash } from '../kit/objects/content-hash';
import { grafanaDashboard, type Panel } from '../kit/parts/grafana';
import { dataPanels } from '../kit/parts/panels';
import { restartsInAnHour } from '../kit/parts/promql';
import { system } from './names';
import { seriesOf } from './series';
import type { ContextEngineSettings } from './settings';
import { maxReplicas, running, runningServers } from './settings/choices';

/** The dashboard of one installation. */
export function dashboardContent(settings: ContextEngineSettings, cluster: ClusterFacts): object {
  const { name } = settings.namespace;
  return grafanaDashboard(`${system}-${shortHash(name)}`, `Context Engine (${name})`, panels(settings, cluster));
}

/** Its panels. Qdrant's metrics are those of 1.15, and what newer versions tell besides. */
export function panels(settings: ContextEngineSettings, cluster: ClusterFacts): Panel[] {
  return [...health(settings), ...vectors(settings), ...indexing(settings, cluster), ...operation(settings)];
}

function health(settings: ContextEngineSettings): Panel[] {
  const series = seriesOf(settings);
  const llamacpp = running(settings).llamacpp ? (['llamacpp'] as const) : [];
  return [
    {
      title: 'Up',
      description: '1 = it answers.',
      kind: 'stat',
      queries: [
        { legend: 'qdrant', expr: `max(up{${series.qdrant}})` },
        { legend: '{{job}}', expr: `max by (job) (${series.probe(...runningServers(settings), ...llamacpp)})` },
      ],
    },
    {
      title: 'Restarts within an hour',
      kind: 'timeseries',
      queries: [{ legend: '{{pod}} {{container}}', expr: restartsInAnHour(series.pods) }],
    },
  ];
}

function vectors(settings: ContextEngineSettings): Panel[] {
  const { pods, qdrant } = seriesOf(settings);
  // The port of the scraped Service takes the label `endpoint`, so that Qdrant's own is called otherwise.
  const rate = (metric: string, ...labels: string[]) =>
    `sum by (${[...labels, 'exported_endpoint']}) (rate(${metric}{${qdrant}}[5m]))`;
  return [
    {
      title: 'Points of each collection',
      description: 'Qdrant tells of each collection from 1.16 on; before, of the vectors of all of them.',
      kind: 'timeseries',
      queries: [
        { legend: '{{id}}', expr: `max by (id) (collection_points{${qdrant}})` },
        { legend: 'all vectors', expr: `max(collections_vector_total{${qdrant}})` },
      ],
    },
    {
      title: 'Requests to Qdrant',
      description: 'Only requests for points are counted.',
      kind: 'timeseries',
      unit: 'reqps',
      queries: [
        { legend: '{{method}} {{exported_endpoint}}', expr: rate('rest_responses_total', 'method') },
        {
          legend: 'failed: {{method}} {{exported_endpoint}}',
          expr: `${rate('rest_responses_fail_total', 'method')} > 0`,
        },
      ],
    },
    {
      title: 'Time of 95 % of the requests to Qdrant',
      description: 'Of those that succeeded.',
      kind: 'timeseries',
      unit: 's',
      queries: [
        {
          legend: '{{exported_endpoint}}',
          expr: `histogram_quantile(0.95, ${rate('rest_responses_duration_seconds_bucket', 'le')})`,
        },
      ],
    },
    {
      title: 'Memory',
      kind: 'timeseries',
      unit: 'bytes',
      queries: [
        {
          legend: '{{pod}} {{container}}',
          expr: `max by (pod, container) (container_memory_working_set_bytes{${pods},container!=""})`,
        },
        { legend: 'allocated by qdrant', expr: `max(memory_allocated_bytes{${qdrant}})` },
      ],
    },
  ];
}

function indexing(settings: ContextEngineSettings, cluster: ClusterFacts): Panel[] {
  const { autoscalers, indexers, indexJobs, watchers } = seriesOf(settings);
  const jobs = (metric: string) => `sum(max by (job_name) (${metric}))`;
  const available = (selector: string) =>
    `max by (deployment) (kube_deployment_status_replicas_available{${selector}})`;
  const runsIndexer = runningServers(settings).some((name) => name.startsWith('mcp-indexer'));
  return [
    {
      title: 'Index jobs',
      kind: 'stat',
      queries: [
        { legend: 'running', expr: jobs(`kube_job_status_active{${indexJobs}}`) },
        { legend: 'done', expr: jobs(`kube_job_complete{${indexJobs},condition="true"}`) },
        { legend: 'failed', expr: jobs(`kube_job_failed{${indexJobs},condition="true"}`) },
      ],
    },
    {
      title: 'Watchers',
      kind: 'timeseries',
      queries: [
        { legend: 'available', expr: `sum(${available(watchers)})` },
        { legend: 'wanted', expr: `sum(max by (deployment) (kube_deployment_spec_replicas{${watchers}}))` },
      ],
    },
    ...(runsIndexer
      ? [
          {
            title: 'Replicas of the indexer',
            kind: 'timeseries',
            queries: [
              { legend: '{{deployment}}', expr: available(indexers) },
              ...(maxReplicas(settings, cluster) > 1
                ? [
                    {
                      legend: 'at most, {{horizontalpodautoscaler}}',
                      expr: `max by (horizontalpodautoscaler) (kube_horizontalpodautoscaler_spec_max_replicas{${autoscalers}})`,
                    },
                  ]
                : []),
            ],
          } as const,
        ]
      : []),
  ];
}

function operation(settings: ContextEngineSettings): Panel[] {
  return dataPanels({
    ...seriesOf(settings),
    maxAgeSeconds: settings.backup.maxAgeSeconds,
    remark: 'Of the bytes. What several nodes mount is the whole file system behind it.',
  });
}
