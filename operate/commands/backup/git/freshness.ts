import { moment, timeInWords } from '../../../base/progress';
import type { Finding } from '../../../report/report';
import type { ClusterView } from '../freshness';
import { type StoreHead, short } from './heads';

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
