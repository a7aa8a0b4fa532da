import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

type Monitoring = NonNullable<ClusterFacts['monitoring']>;

/** One alert, in the words of the one who is woken up by it. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  /** Time that the expression must hold, in Prometheus' notation. */
  readonly for: string;
  readonly severity: 'critical' | 'warning';
  readonly summary: string;
  /** Anchor of the section of docs/runbook.md that says what to do. */
  readonly runbook: string;
}

/** Alerts for the Prometheus operator, each with its place in the runbook. */
export function alertRules(
  metadata: ObjectMeta,
  alerts: readonly Alert[],
  monitoring: Monitoring,
): Described<'PrometheusRule'> {
  return {
    object: {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { ...metadata, labels: { ...metadata.labels, ...monitoring.labels } },
      spec: {
        groups: [
          {
            name: metadata.name,
            rules: alerts.map((alert) => ({
              alert: alert.alert,
              expr: alert.expr,
              for: alert.for,
              labels: { severity: alert.severity },
              annotations: { summary: alert.summary, runbook: `docs/runbook.md#${alert.runbook}` },
            })),
          },
        ],
      },
    },
  };
}
