import type { ClusterFacts } from '../../config/cluster';
import { shortHash } from '../kit/objects/content-hash';
import type { Alert } from '../kit/objects/prometheus-rule';
import { backupAlerts, certificateAlert, podAlerts, volumeAlert } from '../kit/parts/alerts';
import { entranceUrl } from '../kit/parts/exposure';
import { grafanaDashboard, type Panel } from '../kit/parts/grafana';
import { bodyModule, type HealthCheck, monitoring } from '../kit/parts/monitoring';
import { dataPanels, podPanels, requestTimePanel } from '../kit/parts/panels';
import { downOrAbsent, restartsInAnHour, type WatchedCertificate } from '../kit/parts/promql';
import { isCertificateMade } from '../kit/settings/tls';
import { neo4jAlert, neo4jHealth } from '../kit/stores/neo4j/alerts';
import type { Described } from '../system/described';
import { exportedMetrics, exporterAlerts, exporterPanels } from './exporters';
import { hasGraphTools, type Instance } from './instance';
import { claims, graphWord, metadataIn, names, paths, system } from './names';
import { servedPorts } from './sidecar';

/** Names of the Probes, which become the job of their series. */
const jobs = {
  health: `${names.server}-health`,
  graph: `${names.server}-graph`,
  neo4j: `${names.neo4j}-health`,
  outside: `${names.server}-outside`,
} as const;

const of = { alert: 'PKMCP', runbook: 'pk-mcp', name: 'Personal Knowledge MCP' } as const;

/** What a lost volume would lose. */
const loss = 'the index, and hours of embedding';

/** Selectors of the series of one instance. */
function seriesOf({ namespace }: Instance) {
  const within = (labels: string) => `namespace="${namespace}"${labels === '' ? '' : `,${labels}`}`;
  return {
    pods: within(''),
    claims: within(`persistentvolumeclaim=~"${Object.values(claims).join('|')}"`),
    backup: within(`cronjob="${names.backup}"`),
    drill: within(`cronjob="${names.backup}-drill"`),
    snapshots: within(`cronjob="${names.snapshots}"`),
    probe: (job: string) => `probe_success{${within(`job="${job}"`)}}`,
  };
}

/**
 * Alerts of an instance, on metrics of the blackbox exporter, kube-state-metrics, the kubelet and cert-manager. What tells of
 * a loss also goes off when its metric is gone. tests/alerts holds each against promtool.
 */
export function alerts(instance: Instance, cluster: ClusterFacts): Alert[] {
  const { settings } = instance;
  const { backup, graph } = settings;
  const series = seriesOf(instance);
  const health = series.probe(jobs.health);
  return [
    {
      alert: `${of.alert}Down`,
      expr: downOrAbsent(health),
      for: '5m',
      severity: 'critical',
      summary: 'The server has not answered for five minutes, has lost Chroma, or nobody asks it any more.',
      runbook: `${of.runbook}-down`,
    },
    ...(hasGraphTools(settings)
      ? [
          {
            alert: `${of.alert}GraphMissing`,
            // Only of a server that answers: one that does not is the first alert's.
            expr: `(${downOrAbsent(series.probe(jobs.graph))}) and on (namespace) ${health} == 1`,
            for: '10m',
            severity: 'warning',
            summary:
              'The server runs without its graph, which it looks for at its start alone: tools for dependencies are missing.',
            runbook: `${of.runbook}-graph-missing`,
          } as const,
        ]
      : []),
    {
      alert: `${of.alert}Restarting`,
      expr: `${restartsInAnHour(series.pods)} >= 4`,
      for: '5m',
      severity: 'warning',
      summary:
        'A container has restarted more than three times within an hour. A graph that goes away ends the server.',
      runbook: `${of.runbook}-restarting`,
    },
    ...exporterAlerts(instance, cluster),
    // The command line alone uses it.
    ...(graph.kind === 'neo4j'
      ? [neo4jAlert({ alert: `${of.alert}GraphDown`, series: series.probe(jobs.neo4j), severity: 'warning' })]
      : []),
    ...podAlerts(of, series.pods),
    volumeAlert(of, series.claims),
    ...backupAlerts({
      ...of,
      cronJobs: { backup: series.backup, drill: series.drill },
      settings: backup,
      loss,
    }),
    ...(settings.snapshots
      ? backupAlerts({
          ...{ alert: `${of.alert}Snapshots`, runbook: of.runbook, name: 'the storage of Personal Knowledge MCP' },
          cronJobs: { backup: series.snapshots },
          settings: settings.snapshots,
          loss,
        })
      : []),
    ...certificates(instance, cluster).map((watched) => certificateAlert(of, watched)),
  ];
}

/** The certificate that clients meet: by cert-manager's own numbers, or as somebody else's is seen at the host name. */
function certificates({ namespace, settings: { exposure } }: Instance, cluster: ClusterFacts): WatchedCertificate[] {
  if (exposure.kind === 'none') return [];
  return isCertificateMade(exposure.kind, exposure.tls, cluster)
    ? [{ kind: 'managed', namespace, name: exposure.tlsSecretName }]
    : [{ kind: 'given', namespace, job: jobs.outside }];
}

/** Asks by the host name for the sake of its certificate alone; the server's health is asked for within the cluster. */
function outsideProbe(instance: Instance, cluster: ClusterFacts): Record<string, HealthCheck> {
  const { exposure } = instance.settings;
  const isGiven = certificates(instance, cluster).some(({ kind }) => kind === 'given');
  if (exposure.kind === 'none' || !isGiven) return {};
  const url = `${entranceUrl(exposure.kind, exposure.hostname, cluster)}${paths.health}`;
  return { outsideProbe: { name: jobs.outside, url } };
}

/** Its panels. */
export function panels(instance: Instance, cluster: ClusterFacts): Panel[] {
  const { namespace, settings } = instance;
  const series = seriesOf(instance);
  const graphJob = { falkordb: jobs.graph, neo4j: jobs.neo4j, none: undefined }[settings.graph.kind];
  return [
    {
      title: 'Up',
      description: '1 = the server answers, and has found its graph; a Neo4j answers itself.',
      kind: 'stat',
      queries: [
        { legend: 'server', expr: `max(${series.probe(jobs.health)})` },
        ...(graphJob === undefined ? [] : [{ legend: 'graph', expr: `max(${series.probe(graphJob)})` }]),
      ],
    },
    {
      title: 'Restarts within an hour',
      kind: 'timeseries',
      queries: [{ legend: '{{pod}} {{container}}', expr: restartsInAnHour(series.pods) }],
    },
    ...podPanels(series.pods),
    ...requestTimePanel(cluster, { namespace, ingress: names.ingress, service: names.server }),
    ...exporterPanels(instance, cluster),
    ...dataPanels({ ...series, maxAgeSeconds: settings.backup.maxAgeSeconds }),
  ];
}

/** Probes, alerts and dashboard of an instance. */
export function monitoringObjects(instance: Instance, cluster: ClusterFacts): Record<string, Described> {
  const { id, namespace, settings } = instance;
  const host = (name: string) => `${name}.${namespace}.svc.${cluster.domain}`;
  const url = `http://${host(names.server)}:${servedPorts(instance).health}${paths.health}`;
  const facts = cluster.monitoring;
  return monitoring(
    {
      metadata: metadataIn(namespace),
      name: names.alerts,
      metrics: exportedMetrics(instance, cluster),
      checks: {
        healthProbe: { name: jobs.health, url },
        ...(hasGraphTools(settings) && facts
          ? { graphProbe: { name: jobs.graph, url, module: bodyModule(facts, graphWord) } }
          : {}),
        ...(settings.graph.kind === 'neo4j' ? { graphProbe: neo4jHealth(jobs.neo4j, host(names.neo4j)) } : {}),
        ...outsideProbe(instance, cluster),
      },
      alerts: alerts(instance, cluster),
      dashboard: {
        name: names.dashboard,
        content: grafanaDashboard(
          `${system}-${shortHash(namespace)}`,
          `Personal Knowledge MCP (${id})`,
          panels(instance, cluster),
        ),
      },
    },
    cluster,
  );
}
