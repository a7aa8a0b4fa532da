import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

/** Asks a URL from outside the pod, through the blackbox exporter of the cluster. The job of its series is its name. */
export function healthProbe(
  metadata: ObjectMeta,
  { module, url }: { readonly url: string; readonly module?: string | undefined },
  monitoring: NonNullable<ClusterFacts['monitoring']>,
): Described<'Probe'> {
  return {
    object: {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'Probe',
      metadata: { ...metadata, labels: { ...metadata.labels, ...monitoring.labels } },
      spec: {
        jobName: metadata.name,
        interval: '30s',
        module: module ?? monitoring.module,
        prober: { url: monitoring.prober },
        targets: { staticConfig: { static: [url] } },
      },
    },
  };
}
