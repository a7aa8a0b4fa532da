import type { ClusterFacts } from '../../../config/cluster';
import type { Panel } from './grafana';
import { freeShares, lastSuccess, usedBy } from './promql';

/** Use of CPU and of memory by each pod. @param pods Selector of their series */
export function podPanels(pods: string): Panel[] {
  const { cpu, memory } = usedBy(pods);
  return [
    { title: 'CPU by pod', kind: 'timeseries', queries: [{ legend: '{{pod}}', expr: cpu }] },
    { title: 'Memory by pod', kind: 'timeseries', unit: 'bytes', queries: [{ legend: '{{pod}}', expr: memory }] },
  ];
}

export interface DataPanelsArgs {
  /** Selector of the series of the volumes. */
  readonly claims: string;
  /** Selector of those of the CronJob that makes backups. */
  readonly backup: string;
  /** Age of the last backup at which the alert goes off, in seconds. */
  readonly maxAgeSeconds: number;
  /** What else has to be known of the use of the volumes. @default nothing */
  readonly remark?: string;
}

/** Whether data have room, and how old their last backup is. */
export function dataPanels({ backup, claims, maxAgeSeconds, remark }: DataPanelsArgs): Panel[] {
  return [
    {
      title: 'Use of the volumes',
      ...(remark === undefined ? {} : { description: remark }),
      kind: 'timeseries',
      unit: 'percentunit',
      queries: [
        {
          legend: '{{persistentvolumeclaim}}',
          expr: `1 - min by (persistentvolumeclaim) (${freeShares(claims).bytes})`,
        },
      ],
    },
    {
      title: 'Age of the last backup',
      description: `The alert goes off at ${maxAgeSeconds} s. Without any success: since the job exists.`,
      kind: 'stat',
      unit: 's',
      queries: [{ legend: 'age', expr: `time() - ${lastSuccess(backup)}` }],
    },
  ];
}

export interface RequestTimeArgs {
  readonly namespace: string;
  /** Name of the Ingress. */
  readonly ingress: string;
  /** Service that it leads to. */
  readonly service: string;
}

/**
 * Time of 95 % of the requests, by whoever measures it: an ingress controller that is scraped. ingress-nginx counts by
 * Ingress, and Prometheus calls its namespace `exported_namespace`; Traefik counts by Service and port.
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/monitoring/
 * @see https://doc.traefik.io/traefik/observability/metrics/prometheus/
 */
export function requestTimePanel(
  { ingress: controller }: Pick<ClusterFacts, 'ingress'>,
  args: RequestTimeArgs,
): Panel[] {
  if (controller === undefined) return [];
  const { ingress, namespace, service } = args;
  const buckets =
    controller.implementation === 'traefik'
      ? `traefik_service_request_duration_seconds_bucket{service=~"${namespace}-${service}-.+@kubernetes"}`
      : `nginx_ingress_controller_request_duration_seconds_bucket{exported_namespace="${namespace}",ingress="${ingress}"}`;
  return [
    {
      title: 'Time of 95 % of the requests',
      description: 'As the ingress controller measures it. A stream counts for as long as it is open.',
      kind: 'timeseries',
      unit: 's',
      queries: [{ legend: 'p95', expr: `histogram_quantile(0.95, sum by (le) (rate(${buckets}[5m])))` }],
    },
  ];
}
