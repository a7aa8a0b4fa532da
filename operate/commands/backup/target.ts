import type { SystemPlan } from '../../../components/system';
import type { BackupFacts } from '../../../components/system/operations';
import { Failure } from '../../base/failure';
import type { CommandRun } from '../../base/run';
import { type StackCluster, stackCluster } from '../../cluster/stack-cluster';
import { describedStack, systemOf } from '../../stack';
import type { BackupOptions } from './command';

/** A backup of a system, and the cluster that it runs on. */
export interface Saved<B extends BackupFacts = BackupFacts> {
  /** Name of the stack. */
  readonly stack: string;
  readonly cluster: StackCluster;
  readonly system: SystemPlan;
  readonly backup: B;
  readonly signal: AbortSignal;
}

/**
 * The backups of a system of a stack.
 *
 * @param offers whether a backup is one that the command is about
 * @throws Failure when there is none, or the cluster cannot be reached
 */
export async function savedBy(
  run: CommandRun,
  options: BackupOptions,
  offers: (backup: BackupFacts) => boolean = () => true,
): Promise<readonly Saved[]> {
  const stack = describedStack(run.projectDir, options.stack);
  const system = systemOf(stack, options.system, ({ backups }) => backups.some(offers));
  const { backups } = system.operations;
  if (backups.length === 0) {
    throw new Failure(`${system.id} of stack ${stack.name} is not backed up`, remedyOf(stack.name, system));
  }
  const { name } = options;
  const found = backups.filter((backup) => name === undefined || backup.name === name);
  if (found.length === 0) {
    const known = backups.map((backup) => backup.name).join(', ');
    throw new Failure(`${system.id} has no backup ${name}`, `choose by --name: ${known}`);
  }
  const cluster = await stackCluster(run.home, stack, options);
  return found.filter(offers).map((backup) => ({ stack: stack.name, cluster, system, backup, signal: run.signal }));
}

/** What brings a backup to data that have none, to those of that name or to the first. */
export function remedyOf(stack: string, { operations, path }: SystemPlan, name?: string): string {
  const { unsaved = [] } = operations;
  const key = (unsaved.find((data) => data.name === name) ?? unsaved[0])?.key;
  return key === undefined
    ? 'this system offers no backup'
    : `set ${path.join('.')}.${key} in Pulumi.${stack}.yaml, then pulumi up`;
}
