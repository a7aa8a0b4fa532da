import type { ClusterFacts } from '../../config/cluster';
import type { Alert } from '../kit/objects/prometheus-rule';
import { backupAlerts } from '../kit/parts/alerts';
import { monitoring } from '../kit/parts/monitoring';
import { backupOlderThan, downOrAbsent, freeShares, restartsInAnHour } from '../kit/parts/promql';
import type { Described } from '../system/described';
import { metadataIn, podPorts, port, remotes, system } from './names';
import type { MemoryMcpSettings } from './settings';

/**
 * Alerts of memory-mcp, on metrics of the blackbox exporter, kube-state-metrics and the kubelet. What tells of a loss also
 * goes off when its metric is gone, because nobody would see the loss then. tests/alerts holds each against promtool.
 */
export function alerts(settings: MemoryMcpSettings): Alert[] {
  const namespace = settings.namespace.name;
  // The operator gives every result of a Probe the Probe's namespace; another installation has the same job names.
  const probe = (path: string) => `probe_success{namespace="${namespace}",job="${system}-${path}"}`;
  const [alive, ready] = [probe('healthz'), probe('readyz')];
  const container = `namespace="${namespace}",container="${system}"`;
  const backups = settings.backup.volume?.target.kind === 'volume';
  const claims = backups ? `=~"${system}-(data|volume-backup)"` : `="${system}-data"`;
  const free = freeShares(`namespace="${namespace}",persistentvolumeclaim${claims}`);
  const job = `namespace="${namespace}",cronjob="${system}-backup"`;
  return [
    {
      alert: 'MemoryMcpDown',
      expr: downOrAbsent(alive),
      for: '5m',
      severity: 'critical',
      summary: 'memory-mcp has not answered for five minutes, or nobody asks it any more: agents may have no memory.',
      runbook: 'memory-mcp-down',
    },
    {
      alert: 'MemoryMcpNotReady',
      // Only of a server that answers: one that does not is the first alert's.
      expr: `(${downOrAbsent(ready)}) and on (namespace) ${alive} == 1`,
      for: '15m',
      severity: 'warning',
      summary: 'memory-mcp runs, but its repository, embedding, index or sync has failed for fifteen minutes.',
      runbook: 'memory-mcp-not-ready',
    },
    {
      alert: 'MemoryMcpRestarting',
      // Of the pod and of those that it took the place of.
      expr: `sum by (namespace, container) (${restartsInAnHour(container)}) >= 4`,
      for: '5m',
      severity: 'warning',
      summary: 'memory-mcp has restarted more than three times within an hour; each kill costs a full re-index.',
      runbook: 'memory-mcp-restarting',
    },
    {
      alert: 'MemoryMcpVolumeNearlyFull',
      // A git repository is many small files, so a volume may run out of inodes first.
      expr: `${free.bytes} < 0.15 or ${free.inodes} < 0.15`,
      for: '10m',
      severity: 'warning',
      summary: 'Less than 15 % of the volume of memory-mcp is free, in bytes or in inodes.',
      runbook: 'memory-mcp-volume-nearly-full',
    },
    ...(remotes(settings).length > 0
      ? [
          {
            alert: 'MemoryMcpBackupTooOld',
            expr: backupOlderThan(settings.backup.maxAgeSeconds, job),
            // Longer than kube-state-metrics takes to come back.
            for: '15m',
            severity: 'critical',
            summary: 'The memories have not reached their remote for too long: a lost volume would lose them.',
            runbook: 'memory-mcp-backup-too-old',
          } as const,
        ]
      : []),
    ...volumeAlerts(settings),
  ];
}

/** Alerts of the backup of the volume, where there is one. */
function volumeAlerts({ backup: { volume }, namespace: { name } }: MemoryMcpSettings): Alert[] {
  if (volume === undefined) return [];
  const job = (suffix: string) => `namespace="${name}",cronjob="${system}-volume-backup${suffix}"`;
  return backupAlerts({
    alert: 'MemoryMcpVolume',
    runbook: `${system}-volume`,
    name: 'the volume of memory-mcp',
    cronJobs: { backup: job(''), drill: job('-drill') },
    settings: volume,
    loss: 'its recall log',
  });
}

/** Probes and alerts. */
export function monitoringObjects(settings: MemoryMcpSettings, cluster: ClusterFacts): Record<string, Described> {
  const { requests, health } = podPorts(settings);
  const host = `http://${system}.${settings.namespace.name}.svc.${cluster.domain}:${health === requests ? port : health}`;
  const check = (path: string) => ({ name: `${system}-${path}`, url: `${host}/${path}` });
  return monitoring(
    {
      metadata: metadataIn(settings),
      name: system,
      checks: { probeHealth: check('healthz'), probeReadiness: check('readyz') },
      alerts: alerts(settings),
    },
    cluster,
  );
}
