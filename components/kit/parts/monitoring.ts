import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
import { type PodMetrics, podMonitor } from '../objects/pod-monitor';
import { healthProbe } from '../objects/probe';
import { type Alert, alertRules } from '../objects/prometheus-rule';
import { type Metrics, serviceMonitor } from '../objects/service-monitor';
import { dashboard } from './dashboard';

/** A URL that the blackbox exporter asks. */
export interface HealthCheck {
  /** Name of the Probe, and of the job in its series. */
  readonly name: string;
  readonly url: string;
  /**
   * A module of the exporter that reads the answer, see {@link bodyModule}.
   * @default that of the cluster facts, to which a status of success is enough
   */
  readonly module?: string;
}

/**
 * Name of a module of the blackbox exporter that also asks that the body has a word. Somebody has to define it there, see
 * docs/monitoring.md; a Probe whose module is not there gives no series, of which the alerts tell.
 */
export function bodyModule({ module }: Pick<NonNullable<ClusterFacts['monitoring']>, 'module'>, word: string): string {
  return `${module}_${word}`;
}

export interface MonitoringArgs {
  readonly metadata: (name: string) => ObjectMeta;
  /** Name of the rules. */
  readonly name: string;
  /** What is scraped, by the keys of the objects; each is named after the Service. @default nothing */
  readonly metrics?: Readonly<Record<string, Metrics & { readonly service: string }>>;
  /** What is scraped of pods that no Service leads to, by the keys of the objects. @default nothing */
  readonly podMetrics?: Readonly<Record<string, PodMetrics & { readonly name: string }>>;
  /** What is asked for its health, by the keys of the objects. */
  readonly checks: Readonly<Record<string, HealthCheck>>;
  readonly alerts: readonly Alert[];
  /** Name and content of a dashboard of Grafana. @default none */
  readonly dashboard?: { readonly name: string; readonly content: object };
}

/** Monitors, probes, alerts and dashboard, on clusters that have a Prometheus operator. */
export function monitoring(args: MonitoringArgs, cluster: ClusterFacts): Record<string, Described> {
  const facts = cluster.monitoring;
  if (!facts) return {};
  const { checks, metadata, metrics = {}, name, podMetrics = {} } = args;
  const each = <T>(entries: Readonly<Record<string, T>>, describe: (entry: T) => Described) =>
    Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, describe(entry)]));
  return {
    ...each(metrics, ({ service, ...scraped }) => serviceMonitor(metadata(service), scraped, facts)),
    ...each(podMetrics, ({ name: monitor, ...scraped }) => podMonitor(metadata(monitor), scraped, facts)),
    ...each(checks, (check) => healthProbe(metadata(check.name), check, facts)),
    alerts: alertRules(metadata(name), args.alerts, facts),
    ...(args.dashboard ? { dashboard: dashboard(metadata(args.dashboard.name), args.dashboard.content, facts) } : {}),
  };
}
