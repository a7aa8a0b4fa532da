import type { ClusterFacts } from '../../config/cluster';
import {
  type ExportedSeries,
  type ExporterArgs,
  exporterFlow,
  exporterMetrics,
  exporterObjects,
} from '../kit/parts/exporter';
import { postgresTls } from '../kit/stores/postgres/client';
import type { Described } from '../system/described';
import type { Flow } from '../system/flow';
import { type Rae, sessionUse } from './instance';
import { metadataIn, names, podLabels, podsOf } from './names';
import { exporterNames, queue, seriesOf } from './series';

/** The exporters that the system has: where its settings want them, and somebody asks them. */
function exportersOf(rae: Rae, { monitoring }: ClusterFacts): ExporterArgs[] {
  if (!monitoring) return [];
  const { settings, stores } = rae;
  const { client: postgres } = stores.postgres;
  const { client: redis } = stores.redis;
  return [
    ...(settings.postgres.exporter
      ? [
          {
            ...common(rae, 'postgres'),
            settings: settings.postgres.exporter,
            store: {
              kind: 'postgres' as const,
              // Past a pooler, of whose sessions the numbers would be otherwise.
              ...postgres.direct,
              ...{ database: postgres.database, user: postgres.user },
              ...{ password: postgres.password.source, passwordKey: postgres.password.key },
              ...(postgres.sslmode === 'disable' ? {} : { tls: postgresTls(postgres) }),
            },
          },
        ]
      : []),
    ...(settings.redis.exporter
      ? [
          {
            ...common(rae, 'redis'),
            settings: settings.redis.exporter,
            store: {
              ...{ kind: 'redis' as const, host: redis.host, port: redis.port, shows: redis.shows },
              ...{ password: redis.secret.source, passwordKey: redis.secret.key },
              lists: [`${queue.database}=${queue.key}`],
            },
          },
        ]
      : []),
  ];
}

function common(rae: Rae, store: 'postgres' | 'redis') {
  const { namespace, settings, stores } = rae;
  const component = store === 'postgres' ? ('postgresql-exporter' as const) : ('redis-exporter' as const);
  const isOurs = stores[store].settings.mode === 'embedded';
  return {
    name: exporterNames[store],
    metadata: (name: string, labels = podsOf(component)) => metadataIn(namespace, labels)(name),
    selector: podsOf(component),
    podLabels: podLabels(component, [store === 'postgres' ? sessionUse(rae) : store]),
    serviceAccountName: names.account,
    imagePullSecrets: settings.imagePullSecrets,
    imageUnpinnedReason: settings.imageUnpinnedReason,
    after: ['serviceAccount', ...(isOurs ? [names[store]] : [])],
  };
}

export function exporters(rae: Rae, cluster: ClusterFacts): Record<string, Described> {
  return Object.assign({}, ...exportersOf(rae, cluster).map(exporterObjects));
}

/** Prometheus asks them; what they ask the stores is a flow of the stores' clients. */
export function exporterFlows(rae: Rae, cluster: ClusterFacts): Flow[] {
  return exportersOf(rae, cluster).map(exporterFlow);
}

/** What Prometheus scrapes, by the keys of the monitors. */
export function exportedMetrics(rae: Rae, cluster: ClusterFacts) {
  return Object.fromEntries(
    exportersOf(rae, cluster).map((exporter) => [`${exporter.name}-monitor`, exporterMetrics(exporter)]),
  );
}

/** How alerts and panels speak of the exporters that there are. */
export function exportedStores(rae: Rae, cluster: ClusterFacts): ExportedSeries[] {
  const series = seriesOf(rae);
  return exportersOf(rae, cluster).map(({ store: { kind } }) => ({
    kind,
    store: kind === 'postgres' ? 'PostgreSQL' : 'Redis',
    series: kind === 'postgres' ? series.postgres : series.redis,
  }));
}
