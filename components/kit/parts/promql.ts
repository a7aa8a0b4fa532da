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
