import { timeInWords } from '../../../base/progress';
import type { Finding } from '../../../report/report';
import { moment } from '../heads';
import { counted, dateOf, type Restored } from './answers';
import type { Content, SampledPoints } from './compare';

/** What a drill has found out. */
export interface SnapshotsDrilled {
  /** What the restore said of itself. */
  readonly said: Restored;
  readonly living: Content;
  readonly restored: Content;
  readonly samples: SampledPoints;
  readonly seconds: Readonly<Record<string, number>>;
}

/**
 * A drill as findings. A living Qdrant goes on after a backup, and points have no dates: that the two differ says nothing
 * by itself. What makes the answer no is a restored Qdrant that is not what the backup says, or that has nothing in
 * common with the living one.
 */
export function snapshotDrillFindings(place: string, drilled: SnapshotsDrilled, now = new Date()): Finding[] {
  const { said, seconds } = drilled;
  const begun = dateOf(said.restored);
  const age = timeInWords((now.getTime() - begun.getTime()) / 1000);
  const total = Object.values(seconds).reduce((sum, each) => sum + each, 0);
  const parts = Object.entries(seconds).map(([what, each]) => `${what} ${each.toFixed(1)} s`);
  return [
    {
      subject: 'backup',
      status: 'ok',
      found: `restored ${said.restored} of ${moment(begun)}, ${age} old, from ${place}; ${counted(said.points, 'point')}`,
    },
    ...collectionFindings(drilled),
    aliasFinding(drilled),
    sampleFinding(drilled.samples),
    { subject: 'time', status: 'ok', found: `${timeInWords(total)}: ${parts.join(', ')}` },
  ];
}

function collectionFindings({ living, restored, said }: SnapshotsDrilled): Finding[] {
  const names = [...new Set([...Object.keys(said.collections), ...Object.keys(living.counts)])].sort();
  return names.map((name) => {
    const subject = `collection ${name}`;
    const [backup, now, told] = [restored.counts[name], living.counts[name], said.collections[name]];
    if (backup !== told) {
      const found = `${backup ?? 'none'} restored, and the restore said ${told ?? 'none'}`;
      return {
        subject,
        status: 'failed',
        found,
        remedy: 'look at the restored Qdrant by hand before you rely on this',
      };
    }
    if (backup === undefined) {
      const remedy = 'expected where it was made after the backup; else find out why the backup lacks it';
      return { subject, status: 'warning', found: `${counted(now ?? 0, 'point')}, not in the backup`, remedy };
    }
    if (now === undefined) {
      const remedy = 'expected where it was removed after the backup; else the system has lost it';
      return { subject, status: 'warning', found: `${counted(backup, 'point')} in the backup only`, remedy };
    }
    const same = now === backup;
    const found = same ? `${counted(now, 'point')} on both sides` : `${now} now, ${backup} in the backup`;
    if (backup === 0 && now > 0) {
      const remedy = 'expected where it was filled after the backup; else find out why the backup has none';
      return { subject, status: 'warning', found, remedy };
    }
    return { subject, status: 'ok', found };
  });
}

function aliasFinding({ living, restored, said }: SnapshotsDrilled): Finding {
  const subject = 'aliases';
  const wrong = Object.entries(said.aliases).filter(([alias, of]) => restored.aliases[alias] !== of);
  if (wrong.length > 0) {
    const found = `not restored: ${wrong.map(([alias]) => alias).join(', ')}`;
    return { subject, status: 'failed', found, remedy: 'look at the restored Qdrant by hand before you rely on this' };
  }
  const all = [...new Set([...Object.keys(said.aliases), ...Object.keys(living.aliases)])].sort();
  const differing = all.filter((alias) => said.aliases[alias] !== living.aliases[alias]);
  if (differing.length === 0) return { subject, status: 'ok', found: `${all.length} on both sides` };
  const remedy = 'expected where they were changed after the backup';
  return { subject, status: 'warning', found: `not the same now: ${differing.join(', ')}`, remedy };
}

function sampleFinding({ changed, gone, same }: SampledPoints): Finding {
  const subject = 'samples';
  const read = same + changed + gone;
  const found = `${counted(read, 'point')} read on both sides: ${same} the same, ${changed} changed and ${gone} gone since`;
  if (read === 0) {
    const remedy = 'a backup without points proves nothing; drill again after the next one';
    return { subject, status: 'warning', found: 'there was no point to read', remedy };
  }
  if (same > 0) return { subject, status: 'ok', found };
  const remedy = 'expected only where everything was indexed anew since; else the backup is of something else';
  return { subject, status: 'failed', found, remedy };
}
