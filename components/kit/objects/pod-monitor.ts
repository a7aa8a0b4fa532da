import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

type Monitoring = NonNullable<ClusterFacts['monitoring']>;

/** Metrics that pods of the same namespace have and that no Service leads to: those that an operator makes. */
export interface PodMetrics {
  /** Labels of the pods. */
  readonly selector: Readonly<Record<string, string>>;
  /** Name of the port of their containers. */
  readonly port: string;
  /** Time between two scrapes, in Prometheus' notation. */
  readonly interval: string;
}

/** Lets Prometheus scrape each of these pods at `/metrics`; its job is the namespace and the name of the monitor, see {@link podJob}. */
export function podMonitor(
  metadata: ObjectMeta,
  { interval, port, selector }: PodMetrics,
  monitoring: Monitoring,
): Described<'PodMonitor'> {
  return {
    object: {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PodMonitor',
      metadata: { ...metadata, labels: { ...metadata.labels, ...monitoring.labels } },
      spec: { selector: { matchLabels: { ...selector } }, podMetricsEndpoints: [{ port, interval }] },
    },
  };
}

/** The label `job` that the operator gives the series of such a monitor. */
export function podJob(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
