import type { SnapshotBackup } from '../../../../components/system/operations';
import { Failure } from '../../../base/failure';
import { moment, timeInWords } from '../../../base/progress';
import type { Finding } from '../../../report/report';
import type { ClusterView } from '../freshness';
import type { BackupOutcome, Implementation } from '../implementation';
import { countsInWords, whyFailed } from '../restic/answers';
import { runOnce } from '../run';
import type { Saved } from '../target';
import { recovery } from './recovery';
import { madeBy, type SnapshotSet, setsOf } from './sets';

const install = 'install the CRDs and the controller of CSI snapshots, or take the key away';

/** Snapshots of volumes: Jobs in the cluster make them, and the cluster itself says which there are. */
export const snapshotBackups: Implementation<SnapshotBackup> = {
  now,
  status: async (saved, view) => statusFindings(saved.backup, view, await setsIn(saved), new Date()),
  drill: async ({ backup, stack }) => ({
    findings: [
      {
        subject: `drill of ${backup.name}`,
        status: 'skipped',
        found: 'a snapshot becomes a volume only where the claim is new',
        remedy: `recover it where nothing is: fleet recover --stack ${stack}`,
      },
    ],
  }),
  restore: async (saved, { list }) => {
    if (!list) {
      throw new Failure(
        'a snapshot becomes a volume only where the claim is new: nothing is restored into one that is there',
        `fleet recover --stack ${saved.stack} --system ${saved.system.id} --from ${saved.backup.name}`,
      );
    }
    return { findings: listFindings(await setsIn(saved), saved.backup) };
  },
  recovery,
};

function setsIn({ backup, cluster, system }: Saved<SnapshotBackup>) {
  return setsOf(cluster.api, system.namespace, backup);
}

/** Makes a set at once. That the run ended well is no evidence by itself: the set on the cluster is. */
async function now(
  saved: Saved<SnapshotBackup>,
  options: { readonly json?: boolean | undefined },
): Promise<BackupOutcome> {
  const end = await runOnce(saved, 'backup', 'Make snapshots', options);
  const made = madeBy(end.lastLine);
  if (!end.succeeded) {
    const remedy = `mend what it says; CronJob ${saved.backup.cronJobs.backup} tries again by its schedule`;
    return { findings: [{ subject: 'run', status: 'failed', found: whyFailed(end), remedy }] };
  }
  const set = made && (await setsIn(saved))?.find(({ name }) => name === made.set);
  if (made === undefined || set === undefined || set.unusable.length > 0) {
    const found = `no evidence: the run ended well, and ${made ? `set ${made.set} is not complete` : 'did not say what it made'}`;
    return { findings: [{ subject: 'run', status: 'failed', found, remedy: 'look at the log of the CronJob' }] };
  }
  return {
    findings: [
      { subject: 'run', status: 'ok', found: `set ${set.name} of ${set.snapshots.size} snapshots can be used` },
      { subject: saved.backup.name, status: 'ok', found: countsInWords(made.counts) },
    ],
    facts: { answer: made },
  };
}

/** How old the newest set is that can be used. */
export function statusFindings(
  { maxAgeSeconds, name: subject }: Pick<SnapshotBackup, 'maxAgeSeconds' | 'name'>,
  { running }: Pick<ClusterView, 'running'>,
  sets: readonly SnapshotSet[] | undefined,
  now: Date,
): Finding[] {
  if (sets === undefined) {
    return [{ subject, status: 'missing', found: 'the cluster has no kind VolumeSnapshot', remedy: install }];
  }
  const complete = sets.filter(({ unusable }) => unusable.length === 0);
  const [newest] = complete;
  const remedy = 'fleet backup now';
  const broken = sets
    .filter(({ name, unusable }) => unusable.length > 0 && !(running && name === sets[0]?.name))
    .map(({ name, unusable }): Finding => {
      const found = `set ${name} cannot be used: it lacks ${unusable.join(', ')}`;
      return { subject, status: 'warning', found, remedy: 'the next good run removes it' };
    });
  if (newest?.made === undefined) {
    return [{ subject, status: 'missing', found: 'no set can be used', remedy }, ...broken];
  }
  const age = (now.getTime() - newest.made.getTime()) / 1000;
  const found = `set ${newest.name} is ${timeInWords(age)} old (at most ${timeInWords(maxAgeSeconds)} wanted); ${complete.length} kept`;
  return [{ subject, ...(age > maxAgeSeconds ? { status: 'missing', remedy } : { status: 'ok' }), found }, ...broken];
}

/** A line for each set, the newest first. */
export function listFindings(
  sets: readonly SnapshotSet[] | undefined,
  { name }: Pick<SnapshotBackup, 'name'>,
): Finding[] {
  if (sets === undefined) {
    return [{ subject: name, status: 'missing', found: 'the cluster has no kind VolumeSnapshot', remedy: install }];
  }
  if (sets.length === 0) return [{ subject: name, status: 'missing', found: 'none', remedy: 'fleet backup now' }];
  return sets.map(({ made, name: subject, snapshots, unusable }): Finding => {
    const of = `${made ? moment(made) : 'not cut yet'}; ${[...snapshots.keys()].join(', ')}`;
    return unusable.length === 0
      ? { subject, status: 'ok', found: of }
      : { subject, status: 'warning', found: `${of}; it lacks ${unusable.join(', ')}`, remedy: 'choose another set' };
  });
}
