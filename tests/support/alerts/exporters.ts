import type { CloudNativePgMetric, ExporterMetric, KubeletMetric, QdrantMetric, StateMetric } from './metrics';
import type { Labels, Series } from './promtool';

/** What tells apart two copies of an exporter, or two pods that it tells of. */
export interface Source {
  readonly pod?: string;
  /** Number of the copy; another pod of an exporter is another instance. */
  readonly exporter?: string;
}

/** Series of one namespace as the exporters of a usual monitoring stack give them. */
export interface Exporters {
  /** The result of the blackbox exporter for a Probe; without its target the labels are those of a probe that is gone. */
  probe(job: string, target: string, samples: string): Series;
  probeLabels(job: string, target: string): { readonly present: Labels; readonly gone: Labels };
  /** Any metric of kube-state-metrics. */
  state(metric: StateMetric, labels: Labels, samples: string, exporter?: string): Series;
  /** Restarts of a container of a pod, by kube-state-metrics. */
  restarts(container: string, pod: string, samples: string, exporter?: string): Series;
  /** Free and total bytes or files (inodes) of a volume, by the kubelet of a node that mounts it. */
  volume(claim: string, unit: 'bytes' | 'files', free: string, total: string, node?: string): Series[];
  volumeLabels(claim: string, node?: string): Labels;
  /** Memory of a container, by the kubelet of its node. */
  memory(container: string, pod: string, samples: string): Series;
  /** The kubelet of its node about a container of a pod; the groups of containers above it have no name. */
  container(metric: KubeletMetric, container: string, pod: string, samples: string): Series;
  /** Creation of a CronJob, and its last success where there was one, by kube-state-metrics. */
  cronJob(cronjob: string, created: string, succeeded?: string, exporter?: string): Series[];
  /** Any metric that the Prometheus operator scrapes by a ServiceMonitor from a pod of a Service. */
  scraped(metric: QdrantMetric | ExporterMetric, service: string, labels: Labels, samples: string): Series;
  /** Any metric that the Prometheus operator scrapes by a PodMonitor from a pod. */
  ofPod(metric: CloudNativePgMetric, monitor: string, pod: string, labels: Labels, samples: string): Series;
  podLabels(monitor: string, pod: string): { readonly present: Labels; readonly gone: Labels };
  scrapedLabels(service: string): { readonly present: Labels; readonly gone: Labels };
}

export function exportersIn(namespace: string): Exporters {
  const state: Exporters['state'] = (metric, labels, samples, exporter = '1') => ({
    metric,
    labels: { namespace, ...labels, ...stateMetrics(exporter) },
    samples,
  });
  const volumeLabels: Exporters['volumeLabels'] = (claim, node = '1') => ({
    ...{ namespace, persistentvolumeclaim: claim },
    ...kubelet(node),
    metrics_path: '/metrics',
  });
  // What the operator makes of a Probe: its job name, the namespace that it lies in, and its target as the instance.
  const probeLabels: Exporters['probeLabels'] = (job, target) => ({
    gone: { job, namespace },
    present: { job, namespace, instance: target },
  });
  // What it makes of a ServiceMonitor: a metric's own label of one of these names gets the prefix `exported_`.
  const scrapedLabels: Exporters['scrapedLabels'] = (service) => ({
    gone: { job: service, namespace },
    present: {
      ...{ job: service, namespace, service, endpoint: 'http', instance: '10.0.2.1:6333' },
      ...{ pod: `${service}-0`, container: service },
    },
  });
  // Of a PodMonitor the job is its namespace and its name.
  const podLabels: Exporters['podLabels'] = (monitor, pod) => ({
    gone: { job: `${namespace}/${monitor}`, namespace },
    present: { job: `${namespace}/${monitor}`, namespace, pod, endpoint: 'metrics', container: 'postgres' },
  });
  const container: Exporters['container'] = (metric, name, pod, samples) => ({
    metric,
    labels: {
      ...{ namespace, pod, ...(name === '' ? {} : { container: name }) },
      ...kubelet('1'),
      metrics_path: '/metrics/cadvisor',
    },
    samples,
  });
  return {
    probeLabels,
    probe: (job, target, samples) => ({ metric: 'probe_success', labels: probeLabels(job, target).present, samples }),
    state,
    restarts: (container, pod, samples, exporter) =>
      state('kube_pod_container_status_restarts_total', { container, pod, uid: `uid-of-${pod}` }, samples, exporter),
    volumeLabels,
    volume: (claim, unit, free, total, node) => {
      const [freeName, totalName] =
        unit === 'bytes' ? ['available_bytes', 'capacity_bytes'] : ['inodes_free', 'inodes'];
      const labels = volumeLabels(claim, node);
      return [
        { metric: `kubelet_volume_stats_${freeName}`, labels, samples: free },
        { metric: `kubelet_volume_stats_${totalName}`, labels, samples: total },
      ];
    },
    memory: (name, pod, samples) => container('container_memory_working_set_bytes', name, pod, samples),
    container,
    cronJob: (cronjob, created, succeeded, exporter) => [
      state('kube_cronjob_created', { cronjob }, created, exporter),
      ...(succeeded ? [state('kube_cronjob_status_last_successful_time', { cronjob }, succeeded, exporter)] : []),
    ],
    podLabels,
    ofPod: (metric, monitor, pod, labels, samples) => ({
      metric,
      labels: { ...podLabels(monitor, pod).present, ...labels },
      samples,
    }),
    scrapedLabels,
    scraped: (metric, service, labels, samples) => ({
      metric,
      labels: { ...scrapedLabels(service).present, ...labels },
      samples,
    }),
  };
}

/** Labels of the scraped kubelet itself. */
function kubelet(node: string): Labels {
  return { job: 'kubelet', instance: `10.0.0.1${node}:10250`, node: `node-${node}` };
}

/** Labels of the scraped kube-state-metrics itself. */
function stateMetrics(exporter: string): Labels {
  return { job: 'kube-state-metrics', instance: `10.0.1.${exporter}:8080` };
}
