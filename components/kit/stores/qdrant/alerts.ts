import type { Alert } from '../../objects/prometheus-rule';
import type { Metrics } from '../../objects/service-monitor';
import { downOrAbsent, volumesBelow } from '../../parts/promql';
import type { SecretSource } from '../../parts/secrets';

/** What Prometheus scrapes of Qdrant. With a key it shows it as everybody does. */
export function qdrantMetrics(selector: Readonly<Record<string, string>>, apiKey: SecretSource | undefined): Metrics {
  return {
    selector,
    port: 'http',
    path: '/metrics',
    interval: '30s',
    ...(apiKey ? { credentials: { name: apiKey.secretName, key: apiKey.secretKey } } : {}),
  };
}

export interface QdrantAlertsArgs {
  /** Beginning of the alerts' names, such as `ContextEngine`, and of their anchors, such as `context-engine`. */
  readonly alert: string;
  readonly runbook: string;
  /** Selectors of its own metrics and of its claim. */
  readonly series: string;
  readonly claim: string;
}

/** Qdrant does not answer, or has no room left. */
export function qdrantAlerts({ alert, claim, runbook, series }: QdrantAlertsArgs): { down: Alert; full: Alert } {
  return {
    down: {
      alert: `${alert}QdrantDown`,
      expr: downOrAbsent(`up{${series}}`),
      for: '5m',
      severity: 'critical',
      summary:
        'Qdrant has not answered for five minutes, or nobody asks it any more: nothing can be searched or stored.',
      runbook: `${runbook}-qdrant-down`,
    },
    full: {
      alert: `${alert}QdrantStorageFull`,
      expr: volumesBelow(claim, 0.05),
      for: '5m',
      severity: 'critical',
      summary: 'Less than 5 % of the volume with the vectors is free: Qdrant is about to refuse every write.',
      runbook: `${runbook}-qdrant-storage-full`,
    },
  };
}
