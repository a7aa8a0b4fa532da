import type { ClusterFacts } from '../../config/cluster';
import type { Alert } from '../kit/objects/prometheus-rule';
import {
  type ExportedSeries,
  type ExporterArgs,
  exporterAlert,
  exporterFlow,
  exporterMetrics,
  exporterObjects,
  exporterPanel,
} from '../kit/parts/exporter';
import type { Panel } from '../kit/parts/grafana';
import { falkordbPorts } from '../kit/stores/falkordb/objects';
import { postgresPorts } from '../kit/stores/postgres/client';
import type { Described } from '../system/described';
import type { Flow } from '../system/flow';
import type { Instance } from './instance';
import { metadataIn, names, podLabels, podsOf, type StoreName } from './names';
import { database, secretsKey } from './stores';

/** The exporters that an instance has: where its settings want them, and somebody asks them. */
function exportersOf(instance: Instance, { monitoring }: ClusterFacts): ExporterArgs[] {
  const { namespace, secrets, settings } = instance;
  const { graph, postgres } = settings;
  if (!monitoring) return [];
  const common = (store: StoreName) => ({
    name: `${store}-exporter`,
    metadata: (name: string, labels = podsOf(`${store}-exporter`)) => metadataIn(namespace, labels)(name),
    selector: podsOf(`${store}-exporter`),
    podLabels: podLabels(`${store}-exporter`, [store === 'postgres' ? 'postgres' : 'graph']),
    serviceAccountName: names.server,
    imagePullSecrets: settings.imagePullSecrets,
    imageUnpinnedReason: settings.imageUnpinnedReason,
    after: ['serviceAccount', store],
  });
  return [
    ...(postgres.exporter && secrets.postgresPassword
      ? [
          {
            ...common('postgres'),
            settings: postgres.exporter,
            store: {
              ...{ kind: 'postgres' as const, host: names.postgres, port: postgresPorts.requests, ...database },
              ...{ password: secrets.postgresPassword, passwordKey: secretsKey },
            },
          },
        ]
      : []),
    ...(graph.kind === 'falkordb' && graph.exporter && secrets.graphPassword
      ? [
          {
            ...common('falkordb'),
            settings: graph.exporter,
            store: {
              ...{ kind: 'redis' as const, host: names.falkordb, port: falkordbPorts.requests },
              ...{ password: secrets.graphPassword, passwordKey: secretsKey },
            },
          },
        ]
      : []),
  ];
}

export function exporters(instance: Instance, cluster: ClusterFacts): Record<string, Described> {
  return Object.assign({}, ...exportersOf(instance, cluster).map(exporterObjects));
}

/** Prometheus asks them; what they ask the stores is a flow of the stores' clients. */
export function exporterFlows(instance: Instance, cluster: ClusterFacts): Flow[] {
  return exportersOf(instance, cluster).map(exporterFlow);
}

/** What Prometheus scrapes, by the keys of the monitors. */
export function exportedMetrics(instance: Instance, cluster: ClusterFacts) {
  return Object.fromEntries(
    exportersOf(instance, cluster).map((exporter) => [`${exporter.name}-monitor`, exporterMetrics(exporter)]),
  );
}

/** How alerts and panels speak of an exporter. */
function spokenOf({ namespace }: Instance, { name, store: { kind } }: ExporterArgs): ExportedSeries {
  const store = kind === 'postgres' ? 'PostgreSQL' : 'The graph';
  return { kind, store, series: `namespace="${namespace}",job="${name}"` };
}

export function exporterAlerts(instance: Instance, cluster: ClusterFacts): Alert[] {
  return exportersOf(instance, cluster).map((exporter) => {
    const isPostgres = exporter.store.kind === 'postgres';
    return exporterAlert({
      ...spokenOf(instance, exporter),
      alert: isPostgres ? 'PKMCPPostgresDown' : 'PKMCPGraphDown',
      // Nobody but backups uses PostgreSQL.
      severity: isPostgres ? 'warning' : 'critical',
    });
  });
}

export function exporterPanels(instance: Instance, cluster: ClusterFacts): Panel[] {
  return exportersOf(instance, cluster).map((exporter) => exporterPanel(spokenOf(instance, exporter)));
}
