import type { BackupFacts } from '../../../components/system/operations';
import { timeInWords } from '../../base/progress';
import type { Finding } from '../../report/report';
import { moment, type StoreHead, short } from './heads';

/** What the cluster knows of a scheduled backup. */
export interface ClusterView {
  /** Whether the CronJob is there. */
  readonly deployed: boolean;
  readonly suspended?: boolean;
  readonly schedule?: string;
  /** Whether a run is under way. */
  readonly running?: boolean;
  readonly lastSuccess?: Date;
  /** What the newest good run said whose Job is still there, and whether it is the last success. */
  readonly lastAnswer?: { readonly said: string; readonly isLast: boolean };
  /** What the newest run said that has ended, where it failed. */
  readonly lastFailure?: string;
}

/** Whether backups are made at all. */
export function scheduleFinding({ cronJob }: Pick<BackupFacts, 'cronJob'>, view: ClusterView): Finding {
  const subject = `CronJob ${cronJob}`;
  if (!view.deployed) {
    return { subject, status: 'missing', found: 'not on the cluster', remedy: 'deploy the stack: pulumi up' };
  }
  const schedule = `runs at ${view.schedule} UTC${view.running ? ', and is running' : ''}`;
  if (view.suspended) {
    const remedy = `kubectl patch cronjob ${cronJob} -p '{"spec":{"suspend":false}}'`;
    return { subject, status: 'warning', found: 'suspended: nothing is backed up by itself', remedy };
  }
  return view.lastFailure === undefined
    ? { subject, status: 'ok', found: schedule }
    : {
        subject,
        status: 'warning',
        found: `${schedule}; the last run failed: ${view.lastFailure}`,
        remedy: 'mend what it says, then fleet backup now',
      };
}

/**
 * When a store was last backed up. The age counts from the last good run: a remote whose newest commit is old has all
 * there is, as long as runs end well.
 */
export function storeFinding(
  { head, store, unreadable }: StoreHead,
  { lastSuccess }: ClusterView,
  maxAgeSeconds: number,
  now: Date,
): Finding {
  const subject = store.name;
  const where = `${store.url}, branch ${store.branch}`;
  const target = timeInWords(maxAgeSeconds);
  const age = lastSuccess && (now.getTime() - lastSuccess.getTime()) / 1000;
  const run =
    age === undefined
      ? 'no run has ended well yet'
      : `last good run ${timeInWords(age)} ago (at most ${target} wanted)`;
  const remedy = 'fleet backup now';
  if (unreadable) {
    const found = `${run}; ${unreadable.message}`;
    const overdue = age === undefined || age > maxAgeSeconds;
    return { subject, status: overdue ? 'missing' : 'warning', found, remedy: overdue ? remedy : unreadable.remedy };
  }
  if (!head) return { subject, status: 'missing', found: `${run}; nothing is at ${where}`, remedy };
  const found = `${run}; newest commit ${short(head)} of ${moment(head.date)} at ${where}`;
  if (age !== undefined && age <= maxAgeSeconds) return { subject, status: 'ok', found };
  return { subject, status: 'missing', found, remedy };
}
