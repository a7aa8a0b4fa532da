import type { ClusterFacts } from '../../config/cluster';
import type { MemoryMcpSettings } from '../../config/memory-mcp';
import { type Alert, alertRules, healthProbe } from '../kit/monitoring';
import type { Described } from '../kit/object';
import { metadataIn, port, remotes, system } from './names';
import { podPorts } from './server';

/** Alerts of memory-mcp, on metrics of the blackbox exporter, kube-state-metrics and the kubelet. */
export function alerts(settings: MemoryMcpSettings): Alert[] {
  const namespace = settings.namespace.name;
  const claim = `namespace="${namespace}",persistentvolumeclaim="${system}-data"`;
  const job = `namespace="${namespace}",cronjob="${system}-backup"`;
  return [
    {
      alert: 'MemoryMcpDown',
      expr: `probe_success{job="${system}-healthz"} == 0`,
      for: '5m',
      severity: 'critical',
      summary: 'memory-mcp has not answered for five minutes: agents have no memory.',
      runbook: 'memory-mcp-down',
    },
    {
      alert: 'MemoryMcpNotReady',
      expr: `probe_success{job="${system}-readyz"} == 0`,
      for: '15m',
      severity: 'warning',
      summary: 'memory-mcp runs, but its repository, embedding, index or sync has failed for fifteen minutes.',
      runbook: 'memory-mcp-not-ready',
    },
    {
      alert: 'MemoryMcpRestarting',
      expr: `increase(kube_pod_container_status_restarts_total{namespace="${namespace}",container="${system}"}[1h]) > 3`,
      for: '5m',
      severity: 'warning',
      summary: 'memory-mcp has restarted more than three times within an hour; each kill costs a full re-index.',
      runbook: 'memory-mcp-restarting',
    },
    {
      alert: 'MemoryMcpVolumeNearlyFull',
      expr: `kubelet_volume_stats_available_bytes{${claim}} / kubelet_volume_stats_capacity_bytes{${claim}} < 0.15`,
      for: '10m',
      severity: 'warning',
      summary: 'Less than 15 % of the volume of memory-mcp is free.',
      runbook: 'memory-mcp-volume-nearly-full',
    },
    ...(remotes(settings).length > 0
      ? [
          {
            alert: 'MemoryMcpBackupTooOld',
            // A job that has never succeeded counts from its creation.
            expr: `time() - (kube_cronjob_status_last_successful_time{${job}} or kube_cronjob_created{${job}}) > ${settings.backup.maxAgeSeconds}`,
            for: '5m',
            severity: 'critical',
            summary: 'The memories have not reached their remote for too long: a lost volume would lose them.',
            runbook: 'memory-mcp-backup-too-old',
          } as const,
        ]
      : []),
  ];
}

/** Probes and alerts, on clusters that have a Prometheus operator. */
export function monitoringObjects(settings: MemoryMcpSettings, cluster: ClusterFacts): Record<string, Described> {
  const { monitoring } = cluster;
  if (!monitoring) return {};
  const metadata = metadataIn(settings);
  const { requests, health } = podPorts(settings);
  const host = `http://${system}.${settings.namespace.name}.svc.${cluster.domain}:${health === requests ? port : health}`;
  const probe = (path: string) =>
    healthProbe(metadata(`${system}-${path}`), `${host}/${path}`, `${system}-${path}`, monitoring);
  return {
    probeHealth: probe('healthz'),
    probeReadiness: probe('readyz'),
    alerts: alertRules(metadata(system), alerts(settings), monitoring),
  };
}
