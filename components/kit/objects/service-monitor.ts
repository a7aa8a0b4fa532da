import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

type Monitoring = NonNullable<ClusterFacts['monitoring']>;

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
