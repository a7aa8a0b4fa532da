import type { SnapshotBackup } from '../../../../components/system/operations';
import type { PlannedObject } from '../../../../components/system/planned-object';
import { billionths } from '../../../../config/fields/quantities';
import { Failure } from '../../../base/failure';
import { create, get } from '../../../cluster/api';
import type { Finding } from '../../../report/report';
import type { Recovery, RecoveryOptions } from '../implementation';
import { countsInWords, whyFailed } from '../restic/answers';
import { runOnce } from '../run';
import type { Saved } from '../target';
import { chosenSet, type SnapshotSet, setsOf, type VolumeSnapshot, verifiedBy } from './sets';

type Claim = PlannedObject<'PersistentVolumeClaim'>;

interface LiveClaim {
  readonly spec?: { readonly dataSource?: { readonly kind?: string; readonly name?: string } };
}

/** Claims are made of snapshots before the objects of the system are there; afterwards there is only something to count. */
export const recovery: Recovery<SnapshotBackup> = {
  claims,
  withoutServers: false,
  data,
};

async function setOf(saved: Saved<SnapshotBackup>, { backup }: RecoveryOptions): Promise<SnapshotSet> {
  const sets = await setsOf(saved.cluster.api, saved.system.namespace, saved.backup);
  const live = await Promise.all(saved.backup.claims.map((name) => liveClaim(saved, name)));
  const begun = live.flatMap((claim) => claim?.spec?.dataSource?.name ?? []);
  const set = chosenSet(sets ?? [], backup, begun);
  if (set !== undefined && set.unusable.length === 0) return set;
  const what = backup === 'latest' ? 'there is no set of snapshots that can be used' : `set ${backup} cannot be used`;
  const lacks = set === undefined ? '' : `: it lacks ${set.unusable.join(', ')}`;
  throw new Failure(
    `${what} in namespace ${saved.system.namespace}${lacks}`,
    'see fleet backup restore --list; snapshots of another cluster come back by their contents, see docs/runbook.md',
  );
}

async function claims(saved: Saved<SnapshotBackup>, options: RecoveryOptions): Promise<Finding[]> {
  const set = await setOf(saved, options);
  const wanted = saved.backup.claims.map((name) => made(saved, name, set));
  const there = new Map<string, LiveClaim | undefined>();
  // All are looked at before any is made.
  for (const { metadata, spec } of wanted) {
    const live = await liveClaim(saved, metadata.name);
    if (live !== undefined && live.spec?.dataSource?.name !== spec?.dataSource?.name) {
      throw new Failure(
        `PersistentVolumeClaim ${saved.system.namespace}/${metadata.name} is there, and not made of set ${set.name}`,
        'a snapshot never goes into a volume that is there: take the claim away on purpose (docs/runbook.md), or restore a backup by restic',
      );
    }
    there.set(metadata.name, live);
  }
  for (const claim of wanted) {
    if (there.get(claim.metadata.name) === undefined) await create(saved.cluster.api, collection(saved), claim);
  }
  const names = wanted.map(({ metadata }) => metadata.name).join(', ');
  const again = [...there.values()].every((live) => live !== undefined) ? ', as an earlier run has made them' : '';
  return [{ subject: 'claims', status: 'ok', found: `${names} of set ${set.name}${again}` }];
}

function liveClaim(saved: Saved, name: string): Promise<LiveClaim | undefined> {
  return get<LiveClaim>(saved.cluster.api, `${collection(saved)}/${name}`);
}

function collection({ system }: Saved): string {
  return `/api/v1/namespaces/${system.namespace}/persistentvolumeclaims`;
}

/** A claim as the plan has it, made of its snapshot. @throws Failure where the plan's is too small for it */
function made({ system }: Saved, name: string, { snapshots }: SnapshotSet): Claim {
  const objects = Object.values(system.objects).map(({ object }) => object);
  const claim = objects.find(
    (each): each is Claim => each.kind === 'PersistentVolumeClaim' && each.metadata.name === name,
  );
  const snapshot = snapshots.get(name);
  if (claim === undefined || snapshot === undefined) throw new Error(`no claim or no snapshot of ${name}`);
  const size = String(claim.spec?.resources?.requests?.storage ?? '0');
  const { restoreSize = '0' } = snapshot.status ?? {};
  if ((billionths(size) ?? 0n) < (billionths(restoreSize) ?? 0n)) {
    throw new Failure(
      `claim ${name} has ${size}, and its snapshot ${snapshot.metadata.name} needs ${restoreSize}`,
      'raise the size of the volume in the stack file',
    );
  }
  return { ...claim, spec: { ...claim.spec, dataSource: sourceOf(snapshot) } };
}

function sourceOf({ metadata }: VolumeSnapshot) {
  return { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: metadata.name };
}

async function data(saved: Saved<SnapshotBackup>, options: RecoveryOptions): Promise<Finding[]> {
  const set = await setOf(saved, options);
  const end = await runOnce(saved, 'verify', 'Count what is there', options, { SET: set.name });
  const answer = verifiedBy(end.lastLine);
  if (!end.succeeded || answer === undefined) {
    const remedy = 'mend what it says, or take the claims away and recover another set';
    return [{ subject: 'data', status: 'failed', found: whyFailed(end), remedy }];
  }
  const there = countsInWords(answer.counts);
  if (!answer.compared) {
    const found = `set ${set.name} does not say what it had; there is ${there}`;
    return [{ subject: 'data', status: 'warning', found, remedy: 'look whether that is all, then fleet verify' }];
  }
  const found = `everything that was counted is there: ${there}`;
  return [
    { subject: 'data', status: 'ok', found },
    ...answer.differing.map(
      (each): Finding => ({
        subject: 'data',
        status: 'warning',
        found: each,
        remedy: 'it was counted shortly before the volumes were cut; look whether that is why',
      }),
    ),
  ];
}
