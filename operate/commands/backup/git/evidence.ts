import { moment } from '../../../base/progress';
import type { JobEnd } from '../../../cluster/job';
import type { Finding } from '../../../report/report';
import { type StoreHead, short } from './heads';

/** What the run itself came to. */
export function runFinding(cronJob: string, end: JobEnd): Finding {
  const said = end.lastLine ?? 'it left no log';
  return end.succeeded
    ? { subject: 'run', status: 'ok', found: `the server answered ${said}` }
    : {
        subject: 'run',
        status: 'failed',
        found: [end.reason, said].filter(Boolean).join('; '),
        remedy: `mend what it says; CronJob ${cronJob} tries again by its schedule`,
      };
}

/**
 * What shows that a store has its backup: a run that ended well is no evidence by itself.
 *
 * @param before the remote before the run
 * @param after the remote after it
 */
export function evidenceFinding(before: StoreHead, after: StoreHead, end: JobEnd): Finding {
  const { head, store, unreadable } = after;
  const { name: subject } = store;
  if (unreadable) {
    const found = `no evidence: ${unreadable.message}`;
    return { subject, status: 'failed', found, remedy: unreadable.remedy };
  }
  if (!head) {
    const found = `${store.url} has no branch ${store.branch}`;
    return { subject, status: 'missing', found, remedy: 'check the branch in the stack file and what the run says' };
  }
  const newest = `${short(head)} of ${moment(head.date)}`;
  const where = `${store.url}, branch ${store.branch}`;
  if (before.head?.commit !== head.commit) {
    // A remote that could not be read before shows no difference, only what is there now.
    const from = before.unreadable ? '' : ` (before: ${before.head ? short(before.head) : 'nothing'})`;
    return { subject, status: 'ok', found: `new: ${newest}${from} at ${where}` };
  }
  return end.succeeded
    ? {
        subject,
        status: 'ok',
        found: `nothing new since ${moment(head.date)}: ${newest} is still the newest at ${where}`,
      }
    : {
        subject,
        status: 'failed',
        found: `unchanged: ${newest} at ${where}`,
        remedy: 'what was written since then is on the volume alone; mend the run',
      };
}
