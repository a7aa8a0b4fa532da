import type { SnapshotBackup } from '../../../../components/system/operations';
import { timeInWords } from '../../../base/progress';
import type { Finding } from '../../../report/report';
import type { ClusterView } from '../freshness';
import { moment } from '../heads';
import { bytesInWords, contentInWords, counted, dateOf, type Made, madeBy } from './answers';

/**
 * How old the newest complete backup is, and what it has.
 *
 * A run ends well only after its manifest is written, so the CronJob's last success is the age, also when its Job is gone
 * from the cluster. What the backup has, the log of the run says, as long as there is one.
 */
export function snapshotFindings(
  { maxAgeSeconds, name: subject, place }: Pick<SnapshotBackup, 'maxAgeSeconds' | 'name' | 'place'>,
  { lastAnswer, lastSuccess }: ClusterView,
  now: Date,
): Finding[] {
  const remedy = 'fleet backup now';
  if (lastSuccess === undefined) {
    return [{ subject, status: 'missing', found: `no run has ended well yet; nothing is known of ${place}`, remedy }];
  }
  const age = (now.getTime() - lastSuccess.getTime()) / 1000;
  const run = `last good run ${timeInWords(age)} ago (at most ${timeInWords(maxAgeSeconds)} wanted)`;
  const made = madeBy(lastAnswer?.said);
  const which = made ? inWords(made, lastAnswer?.isLast ?? false) : 'its log is gone, see fleet backup restore --list';
  const found = `${run}; ${which}; on ${place}`;
  const warnings = (made?.warnings ?? []).map((warning) => warningOf(subject, warning));
  if (age > maxAgeSeconds) return [{ subject, status: 'missing', found, remedy }, ...warnings];
  if (made && made.points === 0) {
    const empty = 'expected for a new system; else find out where the points are, older backups still have them';
    return [{ subject, status: 'warning', found, remedy: empty }, ...warnings];
  }
  return [{ subject, status: 'ok', found }, ...warnings];
}

/** A run on demand leaves no log: then the newest one there is tells of an older backup. */
function inWords(made: Made, isNewest: boolean): string {
  const content = `${contentInWords(made.collections)}, ${counted(made.aliases, 'alias')}, ${bytesInWords(made.bytes)}`;
  const begun = moment(dateOf(made.backup));
  const which = isNewest ? `backup ${made.backup}` : `the newest that left a log is ${made.backup} of ${begun}`;
  return `${which}: ${content}; ${counted(made.kept, 'backup')} kept`;
}

/** What a backup has warned of. */
export function warningOf(subject: string, warning: string): Finding {
  return { subject, status: 'warning', found: warning, remedy: 'see docs/commands/backup.md' };
}
