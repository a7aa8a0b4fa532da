import type { Alert } from '../../objects/prometheus-rule';
import { exporterAlert } from '../../parts/exporter';

export interface RedisAlertsArgs {
  /** Beginning of the alerts' names, such as `Notes`. */
  readonly alert: string;
  /** Selector of the exporter's series. */
  readonly series: string;
}

/** Redis does not answer, refuses writes soon, or no longer writes down what it is told. By series of redis_exporter. */
export function redisAlerts({ alert, series }: RedisAlertsArgs): { down: Alert; full: Alert; unwritten: Alert } {
  return {
    down: exporterAlert({ alert: `${alert}RedisDown`, kind: 'redis', series, store: 'Redis', severity: 'critical' }),
    full: {
      alert: `${alert}RedisMemoryFull`,
      // Without a limit the second is 0.
      expr: `redis_memory_used_bytes{${series}} / (redis_memory_max_bytes{${series}} > 0) > 0.9`,
      for: '10m',
      severity: 'critical',
      summary: 'Redis has less than 10 % of its memory left: it evicts nothing, and is about to refuse every write.',
      runbook: 'redis-memory-full',
    },
    unwritten: {
      alert: `${alert}RedisNotWritten`,
      expr: `redis_aof_last_write_status{${series}} == 0 or redis_aof_last_bgrewrite_status{${series}} == 0`,
      for: '5m',
      severity: 'critical',
      summary: 'Redis cannot write its log: what it is told is lost when it ends. Most often its volume is full.',
      runbook: 'redis-not-written',
    },
  };
}
