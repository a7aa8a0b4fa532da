import { Failure } from '../../base/failure';
import { runSteps, type Step, showingFor } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import { type JobEnd, runJobOf } from '../../cluster/job';
import { printReport } from '../../report/print';
import type { BackupOptions } from './command';
import { evidenceFinding, runFinding } from './evidence';
import { headsOf, type StoreHead } from './heads';
import { snapshotNow } from './snapshots/now';
import { backupTarget, type GitTarget } from './target';

/** Makes a backup at once. @returns the exit code */
export async function now(run: CommandRun, options: BackupOptions): Promise<number> {
  const target = await backupTarget(run, options);
  return target.kind === 'git' ? gitNow(run, options, target) : snapshotNow(options, target);
}

async function gitNow(
  run: CommandRun,
  options: BackupOptions,
  { backup, cluster, git, system }: GitTarget,
): Promise<number> {
  let before: StoreHead[] = [];
  let after: StoreHead[] = [];
  let end: JobEnd | undefined;
  const steps: Step[] = [
    {
      title: 'Look at the remotes',
      work: async () => {
        before = await headsOf(backup.stores, git);
        return `Remotes: ${before.length} read with ${git.credentials.origin}`;
      },
    },
    {
      title: 'Back up',
      work: async (say) => {
        const { cronJob, deadlineSeconds } = backup;
        const { namespace } = system;
        end = await runJobOf({ api: cluster.api, namespace, cronJob, deadlineSeconds, signal: run.signal, say });
        return end.succeeded ? 'Backup: ended well' : 'Backup: failed';
      },
    },
    {
      title: 'Look at the remotes again',
      work: async () => {
        after = await headsOf(backup.stores, git);
        return 'Remotes: looked at again';
      },
    },
  ];
  await runSteps(steps, showingFor(options));
  if (end === undefined) throw new Failure('the run ended before it was told to', 'run the command again');
  const ended = end as JobEnd;
  const findings = [
    runFinding(backup.cronJob, ended),
    ...after.map((head, index) => evidenceFinding(before[index] ?? head, head, ended)),
  ];
  const heads = (all: StoreHead[]) => Object.fromEntries(all.map(({ store, head }) => [store.name, head ?? null]));
  const facts = { system: system.id, answer: ended.lastLine ?? null, before: heads(before), after: heads(after) };
  return printReport({ command: 'backup now', stack: options.stack, findings, facts }, options);
}
