import type { ResticBackup } from '../../../../components/system/operations';
import type { JobEnd } from '../../../cluster/job';
import type { Finding } from '../../../report/report';
import type { BackupOutcome } from '../implementation';
import { runOnce } from '../run';
import type { Saved } from '../target';
import { bytesInWords, countsInWords, type Made, madeBy, whyFailed } from './answers';

/** Makes a backup at once. */
export async function now(
  saved: Saved<ResticBackup>,
  options: { readonly json?: boolean | undefined },
): Promise<BackupOutcome> {
  const end = await runOnce(saved, 'backup', 'Back up', options);
  const made = madeBy(end.lastLine);
  return { findings: madeFindings(saved.backup, end, made), facts: { answer: made ?? end.lastLine ?? null } };
}

/** What a run has come to. That it ended well is no evidence by itself: the snapshot is, of which it tells last. */
export function madeFindings(
  { cronJobs, name, place }: Pick<ResticBackup, 'cronJobs' | 'name' | 'place'>,
  end: JobEnd,
  made: Made | undefined,
): Finding[] {
  if (!end.succeeded) {
    const remedy = `mend what it says; CronJob ${cronJobs.backup} tries again by its schedule`;
    return [{ subject: 'run', status: 'failed', found: whyFailed(end), remedy }];
  }
  if (made === undefined) {
    const found = `no evidence: the run ended well and did not say what it made: ${end.lastLine ?? 'it left no log'}`;
    return [{ subject: 'run', status: 'failed', found, remedy: 'look at the image and the scripts of the CronJob' }];
  }
  // What is added has the folders of the backup too, so that it may be more than what is saved.
  const size = `${bytesInWords(made.bytes)}, ${bytesInWords(made.added)} added to the repository`;
  return [
    { subject: 'run', status: 'ok', found: `backup ${made.snapshot} is complete and checked, on ${place}` },
    { subject: name, status: 'ok', found: `${countsInWords(made.counts)}; ${size}` },
    { subject: 'backups', status: 'ok', found: `${made.kept} kept` },
    ...made.warnings.map((warning) => warningOf(name, warning)),
  ];
}

/** What a backup has warned of. */
export function warningOf(subject: string, warning: string): Finding {
  return { subject, status: 'warning', found: warning, remedy: 'see docs/commands/backup.md' };
}
