import type { Described, SystemPlan } from '../../../components/kit/object';
import type { Labels, Series } from './promtool';

/**
 * Series of a system as the exporters of a usual monitoring stack give them. Namespaces, names and targets are those of
 * the plan, so that an alert which asks for another name finds nothing.
 */
export interface Exporters {
  /** Result of the blackbox exporter for the Probe that asks `path`. */
  probe(path: string, samples: string): Series;
  /** Labels of that series; without the target they are those of a probe that is gone. */
  probeLabels(path: string): { readonly present: Labels; readonly gone: Labels };
  /** Restarts of a container by kube-state-metrics. */
  restarts(samples: string, more?: { container?: string; pod?: string; exporter?: string }): Series;
  restartLabels: Labels;
  /** Free and total bytes or files (inodes) of the data volume by the kubelet. */
  volume(unit: 'bytes' | 'files', free: string, total: string): Series[];
  volumeLabels: Labels;
  /** Creation of the backup job, and its last success where there was one, by kube-state-metrics. */
  backup(created: string, succeeded?: string, exporter?: string): Series[];
  backupLabels: Labels;
}

/** @param namespace Namespace of the series. @default the system's own */
export function exportersOf(system: SystemPlan, namespace = system.namespace): Exporters {
  const objects = Object.values<Described>(system.objects).map(({ object }) => object);
  const find = <T>(kind: string, matches: (object: T) => boolean = () => true): T => {
    const found = objects.filter((object) => object.kind === kind && matches(object as T));
    if (found.length !== 1) throw new Error(`the plan has ${found.length} objects of kind ${kind}`);
    return found[0] as T;
  };
  const nameOf = (kind: string) => find<Described['object']>(kind).metadata.name;

  const deployment = nameOf('Deployment');
  const volumeLabels = {
    ...{ namespace, persistentvolumeclaim: nameOf('PersistentVolumeClaim') },
    ...{ job: 'kubelet', instance: '10.0.0.11:10250', metrics_path: '/metrics', node: 'node-1' },
  };
  const cronJob = (): Labels => ({
    namespace,
    cronjob: find<Described['object']>('CronJob', ({ metadata }) => metadata.name.endsWith('-backup')).metadata.name,
  });
  const probeLabels = (path: string) => {
    const { spec } = find<Probe>('Probe', (probe) => targetOf(probe).endsWith(`/${path}`));
    // What the operator makes of a Probe: its job name, the namespace that it lies in, and its target as the instance.
    const gone = { job: spec.jobName, namespace };
    const [target = ''] = spec.targets.staticConfig.static;
    return { gone, present: { ...gone, instance: target.replace(`.${system.namespace}.`, `.${namespace}.`) } };
  };
  return {
    probeLabels,
    probe: (path, samples) => ({ metric: 'probe_success', labels: probeLabels(path).present, samples }),
    restarts: (samples, { container = deployment, pod = 'a', exporter = '1' } = {}) => ({
      metric: 'kube_pod_container_status_restarts_total',
      labels: {
        ...{ namespace, container, pod: `${deployment}-${pod}`, uid: `uid-of-${pod}` },
        ...stateMetrics(exporter),
      },
      samples,
    }),
    restartLabels: { namespace, container: deployment },
    volume: (unit, free, total) => {
      const [freeName, totalName] =
        unit === 'bytes' ? ['available_bytes', 'capacity_bytes'] : ['inodes_free', 'inodes'];
      return [
        { metric: `kubelet_volume_stats_${freeName}`, labels: volumeLabels, samples: free },
        { metric: `kubelet_volume_stats_${totalName}`, labels: volumeLabels, samples: total },
      ];
    },
    volumeLabels,
    backup: (created, succeeded, exporter = '1') => {
      const labels = { ...cronJob(), ...stateMetrics(exporter) };
      return [
        { metric: 'kube_cronjob_created', labels, samples: created },
        ...(succeeded ? [{ metric: 'kube_cronjob_status_last_successful_time', labels, samples: succeeded }] : []),
      ];
    },
    get backupLabels() {
      return cronJob();
    },
  };
}

interface Probe {
  readonly spec: {
    readonly jobName: string;
    readonly targets: { readonly staticConfig: { readonly static: readonly string[] } };
  };
}

function targetOf({ spec }: Probe): string {
  return spec.targets.staticConfig.static[0] ?? '';
}

/** Labels of the scraped kube-state-metrics itself; another pod of it is another instance. */
function stateMetrics(exporter: string): Labels {
  return { job: 'kube-state-metrics', instance: `10.0.1.${exporter}:8080` };
}
