import type { SystemPlan } from '../../../components/system';
import type { CommandRun } from '../../base/run';
import { stackCluster } from '../../cluster/stack-cluster';
import { printReport } from '../../report/print';
import type { Finding } from '../../report/report';
import { describedStack, systemOf } from '../../stack';
import type { BackupOptions } from './command';
import { scheduleFinding, viewOf } from './freshness';
import { implementationOf } from './implementations';
import { remedyOf } from './target';

/** Says how old the backups of a stack are. @returns the exit code */
export async function status(run: CommandRun, options: BackupOptions): Promise<number> {
  const stack = describedStack(run.projectDir, options.stack);
  const systems = options.system === undefined ? stack.plan.systems : [systemOf(stack, options.system)];
  const wanted = systems.map((system) => ({
    system,
    backups: system.operations.backups.filter(({ name }) => options.name === undefined || options.name === name),
  }));
  // Without anything to ask for there is no need of a cluster.
  const cluster = wanted.some(({ backups }) => backups.length > 0)
    ? await stackCluster(run.home, stack, options)
    : undefined;
  const findings: Finding[] = [];
  for (const { backups, system } of wanted) {
    const ofSystem: Finding[] = [];
    for (const backup of cluster ? backups : []) {
      if (!cluster) continue;
      const view = await viewOf(cluster.api, system.namespace, backup.cronJobs.backup);
      const saved = { stack: stack.name, cluster, system, backup, signal: run.signal };
      ofSystem.push(scheduleFinding(system.namespace, backup.cronJobs.backup, view));
      ofSystem.push(...(await implementationOf(backup).status(saved, view)));
    }
    ofSystem.push(...unsaved(stack.name, system));
    // Names within a namespace may be the same for every system of the stack, as they are for instances of one.
    const place = systems.length > 1 ? `${system.id}: ` : '';
    findings.push(...ofSystem.map((finding) => ({ ...finding, subject: `${place}${finding.subject}` })));
  }
  return printReport({ command: 'backup status', stack: stack.name, findings }, options);
}

function unsaved(stack: string, system: SystemPlan): Finding[] {
  const { backups, unsaved: data = [] } = system.operations;
  if (backups.length > 0 && data.length === 0) return [];
  // Where other data have a remote, these may have none on purpose.
  const status: Finding['status'] = backups.length > 0 ? 'warning' : 'missing';
  const found = 'no backup: the volume is the only copy';
  const subjects = data.length > 0 ? data.map(({ name }) => name) : [system.id];
  return subjects.map((subject) => ({ subject, status, found, remedy: remedyOf(stack, system, subject) }));
}
