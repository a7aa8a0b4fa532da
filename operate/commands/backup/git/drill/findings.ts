import type { Entry } from '../../../../../components/system/drill';
import type { BackupStore } from '../../../../../components/system/operations';
import { moment, timeInWords } from '../../../../base/progress';
import type { Head } from '../../../../git/remote';
import type { Finding } from '../../../../report/report';
import { short } from '../heads';
import type { Comparison } from './compare';
import type { Samples } from './contents';

/** How long the parts of a drill took, in seconds. */
export type Seconds = Readonly<Record<string, number>>;

/** What a drill has found out. */
export interface Drilled {
  readonly heads: ReadonlyMap<string, Head>;
  readonly source: readonly Entry[];
  readonly restored: readonly Entry[];
  readonly comparison: Comparison;
  readonly samples: Samples;
  readonly seconds: Seconds;
}

/** Names shown of a list that may be long; the JSON has them all. */
const shown = 10;

/** A drill as findings. */
export function drillFindings(stores: readonly BackupStore[], drilled: Drilled, now = new Date()): Finding[] {
  return [
    ...stores.map((store) => storeFinding(store, drilled.heads.get(store.name), now)),
    ...comparisonFindings(drilled),
    ...sampleFindings(drilled.samples),
    timeFinding(drilled.seconds),
  ];
}

function storeFinding({ branch, name: subject, url }: BackupStore, head: Head | undefined, now: Date): Finding {
  if (!head) {
    return { subject, status: 'missing', found: `${url} has no branch ${branch}`, remedy: 'fleet backup now' };
  }
  const age = timeInWords((now.getTime() - head.date.getTime()) / 1000);
  return { subject, status: 'ok', found: `restored ${short(head)} of ${moment(head.date)}, ${age} old, from ${url}` };
}

function comparisonFindings({ comparison, restored, source }: Drilled): Finding[] {
  const { differing, lost, newer, onlyInBackup, same, uncovered } = comparison;
  const groups = new Set(source.map(({ group }) => group)).size;
  const counts = `${source.length} in the system, ${restored.length} in the backup, ${same.length} the same`;
  const kinds: Finding[] = [
    {
      subject: 'lost',
      status: 'failed',
      found: `older than the backup and not in it: ${named(lost)}`,
      remedy:
        'they are on the volume alone; find out why the backup lacks them before anything else is done to the volume',
    },
    {
      subject: 'differing',
      status: 'failed',
      found: `older than the backup and not the same in it: ${named(differing)}`,
      remedy: 'compare them by hand; the backup would bring back the other version',
    },
    {
      subject: 'uncovered',
      status: 'warning',
      found: `no remote keeps them: ${named(uncovered)}`,
      remedy: 'give them a remote, see fleet backup status',
    },
    {
      subject: 'only in the backup',
      status: 'warning',
      found: `not in the system any more: ${named(onlyInBackup)}`,
      remedy: 'expected where they were forgotten or moved after the backup; else the system has lost them',
    },
    { subject: 'newer than the backup', status: 'ok', found: `written after it: ${named(newer)}` },
  ];
  const lists = [lost, differing, uncovered, onlyInBackup, newer];
  const summary: Finding = { subject: 'list', status: 'ok', found: `${counts}; ${groups} ${plural(groups, 'group')}` };
  return [summary, ...kinds.filter((_, index) => (lists[index] ?? []).length > 0)];
}

function sampleFindings({ differing, read, recalled }: Samples): Finding[] {
  if (!recalled) {
    const remedy = 'drill again once something is backed up';
    return [{ subject: 'samples', status: 'skipped', found: 'nothing is on both sides', remedy }];
  }
  const { entry, inBackup, inSystem } = recalled;
  const by = `a search for ${entry.name}`;
  return [
    differing.length === 0
      ? { subject: 'samples', status: 'ok', found: `${read.length} read on both sides, every body the same` }
      : {
          subject: 'samples',
          status: 'failed',
          found: `the body differs of ${named(differing)}, of ${read.length} read`,
          remedy: 'compare them by hand; the backup would bring back the other version',
        },
    inBackup
      ? { subject: 'search', status: 'ok', found: `${by} finds it in the backup` }
      : {
          subject: 'search',
          status: inSystem ? 'failed' : 'warning',
          found: `${by} does not find it in the backup${inSystem ? ', and does in the system' : ', nor in the system'}`,
          remedy: 'see the log of the server; its index may be incomplete',
        },
  ];
}

function timeFinding(seconds: Seconds): Finding {
  const total = Object.values(seconds).reduce((sum, each) => sum + each, 0);
  const parts = Object.entries(seconds).map(([what, each]) => `${what} ${each.toFixed(1)} s`);
  return { subject: 'time', status: 'ok', found: `${timeInWords(Math.round(total))}: ${parts.join(', ')}` };
}

function named(entries: readonly Entry[]): string {
  const names = entries.slice(0, shown).map(({ name }) => name);
  const more = entries.length - names.length;
  return `${entries.length}: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`;
}
