import type { Alert } from '../objects/prometheus-rule';
import {
  backupOlderThan,
  lateCertificate,
  memoryNearLimit,
  unreadyPods,
  volumesBelow,
  type WatchedCertificate,
} from './promql';

/** Whose alerts they are. */
export interface AlertsOf {
  /** Beginning of their names, such as `ContextEngine`. */
  readonly alert: string;
  /** Beginning of their anchors in docs/runbook.md, such as `context-engine`. */
  readonly runbook: string;
  /** What it is called in a sentence, such as `Context Engine`. */
  readonly name: string;
}

/** A pod that runs for good is not ready; a container is about to be killed for its memory. */
export function podAlerts({ alert, name }: Omit<AlertsOf, 'runbook'>, pods: string): Alert[] {
  return [
    {
      alert: `${alert}PodNotReady`,
      expr: unreadyPods(pods),
      for: '5m',
      severity: 'critical',
      summary: `A pod of ${name} that runs for good has not been ready for five minutes.`,
      runbook: 'pod-not-ready',
    },
    {
      alert: `${alert}HighMemory`,
      expr: memoryNearLimit(pods, 0.9),
      for: '10m',
      severity: 'warning',
      summary: `A container of ${name} has used more than 90 % of its memory limit for ten minutes; above it, it is killed.`,
      runbook: 'high-memory',
    },
  ];
}

/** A volume is about to be full, in bytes or in inodes: many small files may use up either first. */
export function volumeAlert({ alert, name, runbook }: AlertsOf, claims: string): Alert {
  return {
    alert: `${alert}VolumeNearlyFull`,
    expr: volumesBelow(claims, 0.15),
    for: '10m',
    severity: 'warning',
    summary: `Less than 15 % of a volume of ${name} is free, in bytes or in inodes.`,
    runbook: `${runbook}-volume-nearly-full`,
  };
}

export interface BackupAlertsArgs extends AlertsOf {
  /** Selectors of its CronJobs; no drill where none is scheduled. */
  readonly cronJobs: { readonly backup: string; readonly drill?: string | undefined };
  /** The settings of the backup; a drill counts where one is scheduled. */
  readonly settings: {
    readonly maxAgeSeconds: number;
    readonly drill?: { readonly schedule?: string | undefined; readonly maxAgeSeconds: number };
  };
  /** What a lost volume would lose, such as `the memories`. */
  readonly loss: string;
}

/** The newest restore point is too old; no backup has been tried out for too long. */
export function backupAlerts(args: BackupAlertsArgs): Alert[] {
  const { alert, cronJobs, loss, name, runbook } = args;
  const { drill, maxAgeSeconds } = args.settings;
  const subject = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return [
    {
      alert: `${alert}BackupTooOld`,
      expr: backupOlderThan(maxAgeSeconds, cronJobs.backup),
      // Longer than kube-state-metrics takes to come back.
      for: '15m',
      severity: 'critical',
      summary: `${subject} has had no backup for too long: a lost volume would lose ${loss}.`,
      runbook: `${runbook}-backup-too-old`,
    },
    ...(drill?.schedule === undefined || cronJobs.drill === undefined
      ? []
      : [
          {
            alert: `${alert}DrillTooOld`,
            expr: backupOlderThan(drill.maxAgeSeconds, cronJobs.drill),
            for: '15m',
            severity: 'warning',
            summary: `No backup of ${name} has been tried out with success for too long: it may not be one.`,
            runbook: `${runbook}-drill-too-old`,
          } as const,
        ]),
  ];
}

/** A certificate ends soon, and nobody has renewed it. */
export function certificateAlert({ alert, name }: Omit<AlertsOf, 'runbook'>, watched: WatchedCertificate): Alert {
  return {
    alert: `${alert}CertificateExpiring`,
    expr: lateCertificate(watched),
    for: '1h',
    severity: 'warning',
    summary: `The certificate of ${name} ends soon and has not been renewed: clients will refuse it.`,
    runbook: 'certificate-expiring',
  };
}
