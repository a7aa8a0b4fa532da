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

/** Asks a URL from outside the pod, through the blackbox exporter of the cluster. */
export function healthProbe(
  metadata: ObjectMeta,
  url: string,
  job: string,
  monitoring: Monitoring,
): Described<'Probe'> {
  return {
    object: {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'Probe',
      metadata: { ...metadata, labels: { ...metadata.labels, ...monitoring.labels } },
      spec: {
        jobName: job,
        interval: '30s',
        module: monitoring.module,
        prober: { url: monitoring.prober },
        targets: { staticConfig: { static: [url] } },
      },
    },
  };
}

/** Metrics that a Service of the same namespace has. */
export interface Metrics {
  /** Labels of the Service. */
  readonly selector: Readonly<Record<string, string>>;
  /** Name of its port. */
  readonly port: string;
  readonly path: string;
  /** Time between two scrapes, in Prometheus' notation. */
  readonly interval: string;
  /** Entry of a Secret of the same namespace that is sent as bearer token. */
  readonly credentials?: { readonly name: string; readonly key: string };
}

/** Lets Prometheus scrape every pod of a Service itself; its job is the name of the Service. */
export function serviceMonitor(
  metadata: ObjectMeta,
  { credentials, interval, path, port, selector }: Metrics,
  monitoring: Monitoring,
): Described<'ServiceMonitor'> {
  return {
    object: {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: { ...metadata, labels: { ...metadata.labels, ...monitoring.labels } },
      spec: {
        selector: { matchLabels: { ...selector } },
        endpoints: [
          { port, path, interval, ...(credentials ? { authorization: { type: 'Bearer', credentials } } : {}) },
        ],
      },
    },
  };
}

/**
 * A dashboard as a ConfigMap, which the sidecar of Grafana finds by its labels in every namespace that it may see. It puts
 * the files of all of them into one folder, so the namespace is part of the name.
 */
export function dashboard(metadata: ObjectMeta, content: object, monitoring: Monitoring): Described<'ConfigMap'> {
  const file = [metadata.namespace, metadata.name].filter(Boolean).join('-');
  return {
    object: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...metadata, labels: { ...metadata.labels, ...monitoring.dashboardLabels } },
      data: { [`${file}.json`]: `${JSON.stringify(content, undefined, 2)}\n` },
    },
  };
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
