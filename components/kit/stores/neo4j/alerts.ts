import type { Alert } from '../../objects/prometheus-rule';
import type { HealthCheck } from '../../parts/monitoring';
import { downOrAbsent } from '../../parts/promql';
import { neo4jAlive, neo4jPorts } from './objects';

/**
 * Whether Neo4j answers. That is all that it tells of itself: metrics are for the Enterprise Edition.
 *
 * @param name of the Probe, and of the job in its series
 * @param host of its Service, as the monitoring reaches it
 */
export function neo4jHealth(name: string, host: string): HealthCheck {
  return { name, url: `http://${host}:${neo4jPorts.http}${neo4jAlive}` };
}

export interface Neo4jAlertArgs {
  /** Name of the alert, such as `PersonalKnowledgeGraphDown`. */
  readonly alert: string;
  /** Series of the Probe, `probe_success{…}`. */
  readonly series: string;
  readonly severity: Alert['severity'];
}

/** Neo4j does not answer, or nobody asks it any more. */
export function neo4jAlert({ alert, series, severity }: Neo4jAlertArgs): Alert {
  return {
    alert,
    expr: downOrAbsent(series),
    for: '5m',
    severity,
    summary: 'Neo4j has not answered for five minutes, or nobody asks it any more.',
    runbook: 'store-down',
  };
}
