/** A selector of series by labels, such as `namespace="ns",pod=~"qdrant-.+"`. */
type Selector = string;

/** Nothing answers, or nobody asks any more: without its series nobody would see the loss. */
export function downOrAbsent(series: string): string {
  return `${series} == 0 or absent(${series})`;
}

/**
 * Restarts of each container within an hour, once where several exporters tell of the same one. `increase` extrapolates,
 * so that three restarts are a little more than 3: compare with `>= 4`.
 */
export function restartsInAnHour(containers: Selector): string {
  return `max by (namespace, container, pod) (increase(kube_pod_container_status_restarts_total{${containers}}[1h]))`;
}

/** Share of a volume that is free, in bytes and in inodes: many small files may use up either first. */
export function freeShares(claims: Selector): { readonly bytes: string; readonly inodes: string } {
  const share = (part: string, whole: string) =>
    `kubelet_volume_stats_${part}{${claims}} / kubelet_volume_stats_${whole}{${claims}}`;
  return { bytes: share('available_bytes', 'capacity_bytes'), inodes: share('inodes_free', 'inodes') };
}

/** Time of the last success of a CronJob; one that has never succeeded counts from its creation. */
export function lastSuccess(cronJob: Selector): string {
  return `max by (namespace, cronjob) (kube_cronjob_status_last_successful_time{${cronJob}} or kube_cronjob_created{${cronJob}})`;
}

/** The last success of a CronJob is longer ago than so many seconds, or the job is gone and backs up nothing at all. */
export function backupOlderThan(seconds: number, cronJob: Selector): string {
  return `time() - ${lastSuccess(cronJob)} > ${seconds} or absent(kube_cronjob_created{${cronJob}})`;
}

/** Less than a share of a volume is free, in bytes or in inodes, once where every node that mounts it tells of it. */
export function volumesBelow(claims: Selector, share: number): string {
  const { bytes, inodes } = freeShares(claims);
  const least = (free: string) => `min by (namespace, persistentvolumeclaim) (${free})`;
  return `${least(bytes)} < ${share} or ${least(inodes)} < ${share}`;
}

/**
 * Pods that run for good and are not ready. Those of Jobs are never ready while their init containers work, and those that
 * have ended never again.
 */
export function unreadyPods(pods: Selector): string {
  const ended = `max by (namespace, pod) (kube_pod_status_phase{${pods},phase=~"Succeeded|Failed"}) == 1`;
  const ofJobs = `max by (namespace, pod) (kube_pod_owner{${pods},owner_kind="Job"})`;
  return `max by (namespace, pod) (kube_pod_status_ready{${pods},condition="true"}) == 0 unless ${ended} unless ${ofJobs}`;
}

/** What a container has, without the groups of containers above it, which have no name. */
const ofContainers = 'container!="",container!="POD"';

/** Containers that use more than a share of their memory limit. One without a limit has the limit 0. */
export function memoryNearLimit(pods: Selector, share: number): string {
  const each = (value: string) => `max by (namespace, pod, container) (${value})`;
  const used = `container_memory_working_set_bytes{${pods},${ofContainers}}`;
  const limit = `container_spec_memory_limit_bytes{${pods},${ofContainers}} > 0`;
  return `${each(used)} / ${each(limit)} > ${share}`;
}

/** Use of CPU and of memory by each pod. */
export function usedBy(pods: Selector): { readonly cpu: string; readonly memory: string } {
  const sum = (value: string) => `sum by (pod) (max by (pod, container) (${value}))`;
  return {
    cpu: sum(`rate(container_cpu_usage_seconds_total{${pods},${ofContainers}}[5m])`),
    memory: sum(`container_memory_working_set_bytes{${pods},${ofContainers}}`),
  };
}

/** A certificate that clients meet: one that cert-manager renews, by its name, or one that a probe by https sees. */
export type WatchedCertificate =
  | { readonly kind: 'managed'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'given'; readonly namespace: string; readonly job: string };

const fortnight = 14 * 86_400;

/**
 * A certificate that nobody has renewed. One of cert-manager is late when half of the time between its renewal and its end
 * is over, which holds for lifetimes of hours and of months; Prometheus calls its namespace `exported_namespace`, unless it
 * honors the labels of what it scrapes. Any other is late a fortnight before its end.
 */
export function lateCertificate(watched: WatchedCertificate): string {
  const { namespace } = watched;
  if (watched.kind === 'given') {
    return `probe_ssl_earliest_cert_expiry{namespace="${namespace}",job="${watched.job}"} - time() < ${fortnight}`;
  }
  const named = `name="${watched.name}"`;
  const time = (of: 'expiration' | 'renewal') => {
    const metric = `certmanager_certificate_${of}_timestamp_seconds`;
    const series = ['exported_namespace', 'namespace'].map((label) => `${metric}{${label}="${namespace}",${named}}`);
    return `max by (name) (${series.join(' or ')})`;
  };
  const late = `${time('expiration')} - time() < 0.5 * (${time('expiration')} - ${time('renewal')})`;
  return `label_replace(${late}, "namespace", "${namespace}", "", "")`;
}
