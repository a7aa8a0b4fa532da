import { type JobEnd, runJobOf } from '../cluster/job';
import type { CommandRun } from '../commands/run';
import { Failure } from '../failure';
import { runSteps, type Step, showingFor } from '../progress';
import { printReport } from '../report/print';
import type { BackupOptions } from './command';
import { evidenceFinding, runFinding } from './evidence';
import { headsOf, type StoreHead } from './heads';
import { backupTarget, type Target } from './target';

/** Makes a backup at once. @returns the exit code */
export async function now(run: CommandRun, options: BackupOptions): Promise<number> {
  let target: Target | undefined;
  let before: StoreHead[] = [];
  let after: StoreHead[] = [];
  let end: JobEnd | undefined;
  const steps: Step[] = [
    {
      title: 'Look at the remotes',
      work: async () => {
        target = await backupTarget(run, options);
        before = await headsOf(target.backup.stores, target.git);
        return `Remotes: ${before.length} read with ${target.git.credentials.origin}`;
      },
    },
    {
      title: 'Back up',
      work: async (say) => {
        const { backup, cluster, system } = known(target);
        const { cronJob, deadlineSeconds } = backup;
        const { namespace } = system;
        end = await runJobOf({ api: cluster.api, namespace, cronJob, deadlineSeconds, signal: run.signal, say });
        return end.succeeded ? 'Backup: ended well' : 'Backup: failed';
      },
    },
    {
      title: 'Look at the remotes again',
      work: async () => {
        after = await headsOf(known(target).backup.stores, known(target).git);
        return 'Remotes: looked at again';
      },
    },
  ];
  await runSteps(steps, showingFor(options));
  const { backup, system } = known(target);
  const ended = known(end);
  const findings = [
    runFinding(backup.cronJob, ended),
    ...after.map((head, index) => evidenceFinding(before[index] ?? head, head, ended)),
  ];
  const heads = (all: StoreHead[]) => Object.fromEntries(all.map(({ store, head }) => [store.name, head ?? null]));
  const facts = { system: system.name, answer: ended.lastLine ?? null, before: heads(before), after: heads(after) };
  return printReport({ command: 'backup now', stack: options.stack, findings, facts }, options);
}

/** What an earlier step has left; it would have thrown otherwise. */
function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Failure('the run ended before it was told to', 'run the command again');
  return value;
}
