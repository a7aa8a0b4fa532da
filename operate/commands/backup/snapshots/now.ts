import type { SnapshotBackup } from '../../../../components/system/operations';
import { Failure } from '../../../base/failure';
import { runSteps, showingFor } from '../../../base/progress';
import { type JobEnd, runJobOf } from '../../../cluster/job';
import { printReport } from '../../../report/print';
import type { Finding } from '../../../report/report';
import type { BackupOptions } from '../command';
import type { SnapshotTarget } from '../target';
import { bytesInWords, contentInWords, counted, type Made, madeBy } from './answers';
import { warningOf } from './freshness';

/** Makes a backup at once. @returns the exit code */
export async function snapshotNow(options: BackupOptions, target: SnapshotTarget): Promise<number> {
  const { backup, cluster, signal, system } = target;
  const { cronJob, deadlineSeconds } = backup;
  let end: JobEnd | undefined;
  const work = async (say: (text: string) => void) => {
    end = await runJobOf({ api: cluster.api, namespace: system.namespace, cronJob, deadlineSeconds, signal, say });
    return end.succeeded ? 'Backup: ended well' : 'Backup: failed';
  };
  await runSteps([{ title: 'Back up', work }], showingFor(options));
  if (end === undefined) throw new Failure('the run ended before it was told to', 'run the command again');
  const made = madeBy(end.lastLine);
  const findings = madeFindings(backup, end, made);
  const facts = { system: system.id, answer: made ?? end.lastLine ?? null };
  return printReport({ command: 'backup now', stack: options.stack, findings, facts }, options);
}

/** What a run has come to. That it ended well is no evidence by itself: its manifest is, of which it tells last. */
export function madeFindings(
  { cronJob, name, place }: Pick<SnapshotBackup, 'cronJob' | 'name' | 'place'>,
  end: JobEnd,
  made: Made | undefined,
): Finding[] {
  const said = end.lastLine ?? 'it left no log';
  if (!end.succeeded) {
    const found = [end.reason, said].filter(Boolean).join('; ');
    const remedy = `mend what it says; CronJob ${cronJob} tries again by its schedule`;
    return [{ subject: 'run', status: 'failed', found, remedy }];
  }
  if (made === undefined) {
    const found = `no evidence: the run ended well and did not say what it made: ${said}`;
    return [{ subject: 'run', status: 'failed', found, remedy: 'look at the image and the scripts of the CronJob' }];
  }
  const content = `${contentInWords(made.collections)}; ${counted(made.aliases, 'alias')}, ${bytesInWords(made.bytes)}`;
  const removed = made.removed.length > 0 ? `, removed: ${made.removed.join(', ')}` : '';
  return [
    { subject: 'run', status: 'ok', found: `backup ${made.backup} is complete on ${place}` },
    { subject: name, status: 'ok', found: content },
    { subject: 'backups', status: 'ok', found: `${made.kept} kept${removed}` },
    ...made.warnings.map((warning) => warningOf(name, warning)),
  ];
}
