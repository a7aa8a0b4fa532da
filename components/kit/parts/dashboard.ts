import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

type Monitoring = NonNullable<ClusterFacts['monitoring']>;

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
