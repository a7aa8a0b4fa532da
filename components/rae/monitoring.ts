import type { ClusterFacts } from '../../config/cluster';
import { dashboard } from '../kit/parts/dashboard';
import { entranceUrl } from '../kit/parts/exposure';
import { type HealthCheck, monitoring } from '../kit/parts/monitoring';
import { cloudNativePgMetrics } from '../kit/stores/postgres/cloudnative-pg/monitoring';
import { qdrantMetrics } from '../kit/stores/qdrant/alerts';
import type { Described } from '../system/described';
import { alerts, certificates } from './alerts';
import { dashboards } from './dashboard';
import { exportedMetrics } from './exporters';
import type { Rae } from './instance';
import { metadataIn, names, paths, podsOf, ports } from './names';
import { jobs } from './series';
import { servedPorts } from './sidecar';
import { qdrantScraped } from './stores';

/** Monitors, probes, alerts and dashboards. */
export function monitoringObjects(rae: Rae, cluster: ClusterFacts): Record<string, Described> {
  const facts = cluster.monitoring;
  if (!facts) return {};
  const { namespace, settings } = rae;
  const metadata = metadataIn(namespace);
  const postgres = rae.stores.postgres.settings;
  const reached = servedPorts(rae);
  // Behind the proxy, metrics and health have a port of their own, which asks nobody for a key.
  const apart = reached.health !== reached.requests;
  const within = `http://${names.api}.${namespace}.svc.${cluster.domain}:${apart ? reached.health : ports.api}`;
  const scraped = { path: paths.metrics, interval: '30s' } as const;
  return {
    ...monitoring(
      {
        metadata,
        name: names.alerts,
        metrics: {
          apiMonitor: { service: names.api, selector: podsOf('api'), port: apart ? 'health' : 'http', ...scraped },
          ...(settings.reranker.enabled
            ? { rerankerMonitor: { service: names.reranker, selector: podsOf('reranker'), port: 'http', ...scraped } }
            : {}),
          ...(rae.stores.qdrant.settings
            ? {
                qdrantMonitor: {
                  service: names.qdrant,
                  ...qdrantMetrics({ ...podsOf('qdrant'), ...qdrantScraped }, undefined),
                },
              }
            : {}),
          ...exportedMetrics(rae, cluster),
        },
        podMetrics: postgres.mode === 'cloudnative-pg' ? cloudNativePgMetrics(names.postgres, postgres) : {},
        checks: { healthProbe: { name: jobs.health, url: `${within}${paths.ready}` }, ...outsideProbe(rae, cluster) },
        alerts: alerts(rae, cluster),
      },
      cluster,
    ),
    ...Object.fromEntries(
      dashboards(rae, cluster).map(({ content, key, name }) => [key, dashboard(metadata(name), content, facts)]),
    ),
  };
}

/** Asks by the host name for the sake of its certificate alone; health is asked for within the cluster. */
function outsideProbe(rae: Rae, cluster: ClusterFacts): Record<string, HealthCheck> {
  const { exposure } = rae.settings;
  const isGiven = certificates(rae, cluster).some(({ kind }) => kind === 'given');
  if (exposure.kind === 'none' || !isGiven) return {};
  return {
    outsideProbe: {
      name: jobs.outside,
      url: `${entranceUrl(exposure.kind, exposure.hostname, cluster)}${paths.ready}`,
    },
  };
}
