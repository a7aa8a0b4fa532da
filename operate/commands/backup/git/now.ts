import { showingFor, startProgress } from '../../../base/progress';
import { runJobOf } from '../../../cluster/job';
import type { BackupOutcome } from '../implementation';
import { evidenceFinding, runFinding } from './evidence';
import { headsOf, type StoreHead } from './heads';
import type { GitTarget } from './target';

/** Pushes at once, and looks at the remotes before and after. */
export async function now(
  { backup, cluster, git, signal, system }: GitTarget,
  options: { readonly json?: boolean | undefined },
): Promise<BackupOutcome> {
  const step = startProgress(showingFor(options));
  const before = await step(
    'Look at the remotes',
    () => headsOf(backup.stores, git),
    ({ length }) => `Remotes: ${length} read with ${git.credentials.origin}`,
  );
  const cronJob = backup.cronJobs.backup;
  const { deadlineSeconds } = backup;
  const { namespace } = system;
  const end = await step(
    'Back up',
    (say) => runJobOf({ api: cluster.api, namespace, cronJob, deadlineSeconds, signal, say }),
    ({ succeeded }) => `Backup: ${succeeded ? 'ended well' : 'failed'}`,
  );
  const after = await step(
    'Look at the remotes again',
    () => headsOf(backup.stores, git),
    () => 'Remotes: looked at again',
  );
  const findings = [
    runFinding(cronJob, end),
    ...after.map((head, index) => evidenceFinding(before[index] ?? head, head, end)),
  ];
  const heads = (all: StoreHead[]) => Object.fromEntries(all.map(({ store, head }) => [store.name, head ?? null]));
  return { findings, facts: { answer: end.lastLine ?? null, before: heads(before), after: heads(after) } };
}
