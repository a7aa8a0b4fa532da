import type { SystemPlan } from '../../../components/system';
import type { BackupFacts, GitBackup, SnapshotBackup } from '../../../components/system/operations';
import { Failure } from '../../base/failure';
import type { CommandRun } from '../../base/run';
import { type StackCluster, stackCluster } from '../../cluster/stack-cluster';
import { gitCredentials } from '../../git/credentials';
import type { GitOptions } from '../../git/remote';
import { describedStack, systemOf } from '../../stack';
import type { BackupOptions } from './command';

/** What a command about a backup works on. */
export type Target = GitTarget | SnapshotTarget;

interface SystemOnCluster {
  /** Name of the stack. */
  readonly stack: string;
  readonly cluster: StackCluster;
  readonly system: SystemPlan;
}

/** A system that pushes git repositories, and the way to its remotes. */
export interface GitTarget extends SystemOnCluster {
  readonly kind: 'git';
  readonly backup: GitBackup;
  readonly git: GitOptions;
}

/** A system whose Qdrant is backed up by snapshots. */
export interface SnapshotTarget extends SystemOnCluster {
  readonly kind: 'snapshots';
  readonly backup: SnapshotBackup;
  readonly signal: AbortSignal;
}

/**
 * The system of a stack, the cluster that it runs on and the way to its backups.
 *
 * @param offers where several systems are backed up: whether one is what the command is about
 * @throws Failure when nothing of it is backed up, or the cluster cannot be reached
 */
export async function backupTarget(
  run: CommandRun,
  options: BackupOptions,
  offers: (backup: BackupFacts) => boolean = () => true,
): Promise<Target> {
  const stack = describedStack(run.projectDir, options.stack);
  const system = systemOf(stack, options.system, ({ backup }) => backup !== undefined && offers(backup));
  const { backup } = system.operations;
  if (backup === undefined) {
    throw new Failure(`${system.id} of stack ${stack.name} is not backed up`, remedyOf(stack.name, system));
  }
  const cluster = await stackCluster(run.home, stack, options);
  const found = { stack: stack.name, cluster, system };
  if (backup.kind === 'snapshots') return { kind: backup.kind, ...found, backup, signal: run.signal };
  return { kind: backup.kind, ...found, backup, git: await gitOptions(system, cluster, run.signal) };
}

/** How the git remotes of a system are reached. */
export async function gitOptions(
  { namespace, operations }: SystemPlan,
  { api }: Pick<StackCluster, 'api'>,
  signal: AbortSignal,
): Promise<GitOptions> {
  return { credentials: await gitCredentials(operations.token, { api, namespace }), signal };
}

/** What brings a backup to data that have none. */
export function remedyOf(stack: string, { operations, path }: SystemPlan): string {
  const key = operations.unsaved?.key;
  return key === undefined
    ? 'this system offers no backup'
    : `set ${path.join('.')}.${key} in Pulumi.${stack}.yaml, then pulumi up`;
}
