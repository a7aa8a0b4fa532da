import type { ResticBackup } from '../../../../components/system/operations';
import { moment, timeInWords } from '../../../base/progress';
import type { Finding } from '../../../report/report';
import { type ClusterView, viewOf } from '../freshness';
import type { Saved } from '../target';
import { bytesInWords, countsInWords, type Made, madeBy } from './answers';
import { warningOf } from './now';

/** How old the newest backup is, and when one was last tried out. */
export async function status(saved: Saved<ResticBackup>, view: ClusterView): Promise<readonly Finding[]> {
  const { backup, cluster, system } = saved;
  const drills = await viewOf(cluster.api, system.namespace, backup.cronJobs.drill);
  return [...backupFindings(backup, view, new Date()), drillFinding(backup, drills, new Date())];
}

/**
 * A run ends well only after its snapshot is saved and the repository checked, so the CronJob's last success is the age,
 * also when its Job is gone from the cluster. What the backup has, the log of the run says, as long as there is one.
 */
export function backupFindings(
  { maxAgeSeconds, name: subject, place }: Pick<ResticBackup, 'maxAgeSeconds' | 'name' | 'place'>,
  { lastAnswer, lastSuccess }: ClusterView,
  now: Date,
): Finding[] {
  const remedy = 'fleet backup now';
  if (lastSuccess === undefined) {
    return [{ subject, status: 'missing', found: `no run has ended well yet; nothing is known of ${place}`, remedy }];
  }
  const age = ageOf(lastSuccess, now);
  const run = `last good run ${timeInWords(age)} ago (at most ${timeInWords(maxAgeSeconds)} wanted)`;
  const made = madeBy(lastAnswer?.said);
  const which = made ? inWords(made, lastAnswer?.isLast ?? false) : 'its log is gone, see fleet backup restore --list';
  const found = `${run}; ${which}; on ${place}`;
  const warnings = (made?.warnings ?? []).map((warning) => warningOf(subject, warning));
  return [{ subject, ...(age > maxAgeSeconds ? { status: 'missing', remedy } : { status: 'ok' }), found }, ...warnings];
}

/** When a backup was last tried out; nobody has to, unless it is scheduled. */
export function drillFinding(
  { drillMaxAgeSeconds, name }: Pick<ResticBackup, 'drillMaxAgeSeconds' | 'name'>,
  { lastFailure, lastSuccess }: ClusterView,
  now: Date,
): Finding {
  const subject = `drill of ${name}`;
  const remedy = 'fleet backup drill';
  const wanted = drillMaxAgeSeconds === undefined ? '' : ` (at most ${timeInWords(drillMaxAgeSeconds)} wanted)`;
  const failed = lastFailure === undefined ? '' : `; the last one failed: ${lastFailure}`;
  const overdue = drillMaxAgeSeconds === undefined ? 'warning' : 'missing';
  if (lastSuccess === undefined) {
    return {
      subject,
      status: overdue,
      found: `no backup has been tried out with success yet${wanted}${failed}`,
      remedy,
    };
  }
  const age = ageOf(lastSuccess, now);
  const found = `last good one ${timeInWords(age)} ago${wanted}${failed}`;
  if (age > (drillMaxAgeSeconds ?? Number.POSITIVE_INFINITY)) return { subject, status: 'missing', found, remedy };
  return lastFailure === undefined ? { subject, status: 'ok', found } : { subject, status: 'warning', found, remedy };
}

/** A run on demand leaves no log: then the newest one there is tells of an older backup. */
function inWords(made: Made, isNewest: boolean): string {
  const which = isNewest
    ? `backup ${made.snapshot}`
    : `the newest that left a log is ${made.snapshot} of ${moment(made.time)}`;
  return `${which}: ${countsInWords(made.counts)}, ${bytesInWords(made.bytes)}; ${made.kept} kept`;
}

function ageOf(then: Date, now: Date): number {
  return (now.getTime() - then.getTime()) / 1000;
}
