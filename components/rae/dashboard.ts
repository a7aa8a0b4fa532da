import type { ClusterFacts } from '../../config/cluster';
import { shortHash } from '../kit/objects/content-hash';
import { exporterPanel } from '../kit/parts/exporter';
import { grafanaDashboard, type Panel } from '../kit/parts/grafana';
import { dataPanels, podPanels, requestTimePanel } from '../kit/parts/panels';
import { restartsInAnHour } from '../kit/parts/promql';
import { modelRoutes } from './alerts';
import { exportedStores } from './exporters';
import type { Rae } from './instance';
import { names, system } from './names';
import { jobs, seriesOf } from './series';

/** What each dashboard is about, in its title. */
const titles = { api: 'API', workers: 'workers', stores: 'stores', cost: 'cost' } as const;

export type DashboardName = keyof typeof titles;

/** The dashboards of the system, each a ConfigMap of its own: its name, and its content. */
export function dashboards(rae: Rae, cluster: ClusterFacts) {
  const { namespace } = rae;
  const panels: Readonly<Record<DashboardName, Panel[]>> = {
    api: ofApi(rae, cluster),
    workers: ofWorkers(rae, cluster),
    stores: ofStores(rae, cluster),
    cost: ofCost(rae),
  };
  return (Object.keys(titles) as DashboardName[]).map((name) => ({
    key: `dashboard-${name}`,
    name: `${names.grafana}-${name}`,
    content: grafanaDashboard(
      `${system}-${name}-${shortHash(namespace)}`,
      `RAE: ${titles[name]} (${namespace})`,
      panels[name],
    ),
  }));
}

function ofApi(rae: Rae, cluster: ClusterFacts): Panel[] {
  const { namespace } = rae;
  const { api, pods, probe } = seriesOf(rae);
  const requests = (by: string, more = '') => `sum by (${by}) (rate(http_requests_total{${api}${more}}[5m]))`;
  const all = `sum(rate(http_requests_total{${api}}[5m]))`;
  return [
    {
      title: 'Up',
      description: '1 = it answers, and finds PostgreSQL, Redis and Qdrant.',
      kind: 'stat',
      queries: [{ legend: 'API', expr: `max(${probe(jobs.health)})` }],
    },
    {
      title: 'Restarts within an hour',
      kind: 'timeseries',
      queries: [{ legend: '{{pod}} {{container}}', expr: restartsInAnHour(pods) }],
    },
    {
      title: 'Requests',
      kind: 'timeseries',
      unit: 'reqps',
      queries: [{ legend: '{{method}} {{handler}}', expr: requests('method, handler') }],
    },
    {
      title: 'Share of failed requests',
      description: 'The alert goes off at 5 %.',
      kind: 'timeseries',
      unit: 'percentunit',
      queries: [{ legend: '5xx', expr: `sum(rate(http_requests_total{${api},status="5xx"}[5m])) / ${all}` }],
    },
    {
      title: 'Time of 95 % of the requests',
      description: 'Calls of a language model among them, which take up to two minutes.',
      kind: 'timeseries',
      unit: 's',
      queries: [
        {
          legend: 'p95',
          expr: `histogram_quantile(0.95, sum by (le) (rate(http_request_duration_highr_seconds_bucket{${api}}[5m])))`,
        },
      ],
    },
    ...requestTimePanel(cluster, { namespace, ingress: names.ingress, service: names.api }),
    ...replicas(rae, [names.api, names.ml]),
    ...podPanels(`${pods},pod=~"(${names.api}|${names.ml})-.+"`),
  ];
}

function ofWorkers(rae: Rae, cluster: ClusterFacts): Panel[] {
  const { pods, queue } = seriesOf(rae);
  const hasQueue = exportedStores(rae, cluster).some(({ kind }) => kind === 'redis');
  return [
    ...(hasQueue
      ? [
          {
            title: 'Tasks that wait',
            description: 'Without those that a worker has taken already, up to four for each of its processes.',
            kind: 'timeseries',
            queries: [{ legend: 'celery', expr: `max(${queue})` }],
          } as const,
        ]
      : []),
    ...replicas(rae, [names.worker, names.beat]),
    ...podPanels(`${pods},pod=~"(${names.worker}|${names.beat})-.+"`),
  ];
}

function replicas(rae: Rae, deployments: readonly string[]): Panel[] {
  const { deployment } = seriesOf(rae);
  return deployments.map((name) => ({
    title: `Replicas of ${name}`,
    kind: 'timeseries',
    queries: [
      { legend: 'wanted', expr: `max(kube_deployment_spec_replicas{${deployment(name)}})` },
      { legend: 'available', expr: `max(kube_deployment_status_replicas_available{${deployment(name)}})` },
    ],
  }));
}

function ofStores(rae: Rae, cluster: ClusterFacts): Panel[] {
  const { backup, claims, qdrant, redis } = seriesOf(rae);
  const exported = exportedStores(rae, cluster);
  const hits = (found: string) => `rate(redis_keyspace_${found}_total{${redis}}[5m])`;
  return [
    ...exported.map(exporterPanel),
    ...(exported.some(({ kind }) => kind === 'redis')
      ? [
          {
            title: 'Share of look-ups that Redis answers',
            description: 'Of all of its keys: the application itself counts no hits of its cache.',
            kind: 'timeseries',
            unit: 'percentunit',
            queries: [
              { legend: 'hits', expr: `sum(${hits('hits')}) / (sum(${hits('hits')}) + sum(${hits('misses')}))` },
            ],
          } as const,
        ]
      : []),
    {
      title: 'Points of each collection',
      kind: 'timeseries',
      queries: [{ legend: '{{id}}', expr: `max by (id) (collection_points{${qdrant}})` }],
    },
    {
      title: 'Requests to Qdrant',
      kind: 'timeseries',
      unit: 'reqps',
      queries: [
        {
          legend: '{{method}} {{exported_endpoint}} {{status}}',
          expr: `sum by (method, exported_endpoint, status) (rate(rest_responses_total{${qdrant}}[5m]))`,
        },
      ],
    },
    ...dataPanels({ claims, backup, maxAgeSeconds: rae.settings.backup.maxAgeSeconds }),
  ];
}

/** The application counts no costs, so that what leads to them is all that can be shown. */
function ofCost(rae: Rae): Panel[] {
  const { api, pods } = seriesOf(rae);
  const sent = `container_network_transmit_bytes_total{${pods},pod=~"(${names.api}|${names.worker}|${names.ml})-.+"}`;
  return [
    {
      title: 'Requests that ask a language model',
      description: 'No version counts what they cost: the bill of each provider says it, and its own limits bound it.',
      kind: 'timeseries',
      unit: 'reqps',
      queries: [
        {
          legend: '{{method}} {{handler}}',
          expr: `sum by (method, handler) (rate(http_requests_total{${api},handler=~"${modelRoutes}"}[5m]))`,
        },
      ],
    },
    {
      title: 'Reflections and extractions in an hour',
      description: 'Each is one call of a language model, or several.',
      kind: 'timeseries',
      queries: [{ legend: 'events', expr: `sum(increase(memory_reflection_event_total{${api}}[1h]))` }],
    },
    {
      title: 'Sent by pods that may ask providers',
      description: 'To stores and providers alike.',
      kind: 'timeseries',
      unit: 'Bps',
      queries: [{ legend: '{{pod}}', expr: `sum by (pod) (max by (pod, interface) (rate(${sent}[5m])))` }],
    },
  ];
}
