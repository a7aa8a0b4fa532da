import { z } from 'zod';
import type { SnapshotBackup } from '../../../../components/system/operations';
import { type Api, get } from '../../../cluster/api';

const group = '/apis/snapshot.storage.k8s.io/v1';
const setLabel = 'memory-fleet.dev/snapshot-set';

/** A snapshot as the cluster has it, as far as commands look at it. */
export interface VolumeSnapshot {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly source: { readonly persistentVolumeClaimName?: string } };
  readonly status?: {
    readonly creationTime?: string;
    readonly readyToUse?: boolean;
    readonly restoreSize?: string;
    readonly error?: { readonly message?: string };
  };
}

/** Snapshots that were made together. */
export interface SnapshotSet {
  readonly name: string;
  /** When the last claim was cut. */
  readonly made: Date | undefined;
  /** By the claims that they are of. */
  readonly snapshots: ReadonlyMap<string, VolumeSnapshot>;
  /** Claims of which the set has no snapshot that can be used, with the reason where the storage gives one. */
  readonly unusable: readonly string[];
}

/**
 * The sets of snapshots of a system, the newest first; undefined where the cluster has no kind VolumeSnapshot. A snapshot
 * that was made of given content has no claim: it says by the label `memory-fleet.dev/snapshot-claim` what it is of.
 */
export async function setsOf(
  api: Api,
  namespace: string,
  { claims, label }: Pick<SnapshotBackup, 'claims' | 'label'>,
): Promise<readonly SnapshotSet[] | undefined> {
  const selector = encodeURIComponent(`${label.name}=${label.value}`);
  const path = `${group}/namespaces/${namespace}/volumesnapshots?labelSelector=${selector}`;
  const found = await get<{ items: VolumeSnapshot[] }>(api, path);
  if (found === undefined) return undefined;
  const sets = new Map<string, VolumeSnapshot[]>();
  for (const snapshot of found.items) {
    const name = snapshot.metadata.labels?.[setLabel];
    if (name !== undefined) sets.set(name, [...(sets.get(name) ?? []), snapshot]);
  }
  return [...sets].sort(([a], [b]) => b.localeCompare(a)).map(([name, members]) => setFrom(name, members, claims));
}

function setFrom(name: string, members: readonly VolumeSnapshot[], claims: readonly string[]): SnapshotSet {
  const snapshots = new Map(members.map((member) => [claimOf(member), member]));
  const times = members.flatMap(({ status }) => status?.creationTime ?? []).sort();
  const last = times.at(-1);
  return {
    name,
    made: last === undefined ? undefined : new Date(last),
    snapshots,
    unusable: claims.flatMap((claim) => {
      const { status } = snapshots.get(claim) ?? {};
      if (status?.readyToUse) return [];
      return [status?.error?.message === undefined ? claim : `${claim} (${status.error.message})`];
    }),
  };
}

function claimOf({ metadata, spec }: VolumeSnapshot): string {
  return spec.source.persistentVolumeClaimName ?? metadata.labels?.['memory-fleet.dev/snapshot-claim'] ?? metadata.name;
}

/**
 * The set that is asked for: one by its name, or the newest that can be used.
 *
 * @param begun names of snapshots that claims are made of already: the set of one of them comes before newer ones, which
 *   a schedule may have made between two runs of a recovery
 */
export function chosenSet(
  sets: readonly SnapshotSet[],
  wanted: string,
  begun: readonly string[] = [],
): SnapshotSet | undefined {
  if (wanted !== 'latest') return sets.find(({ name }) => name === wanted);
  const usable = sets.filter(({ unusable }) => unusable.length === 0);
  const hasBegun = ({ snapshots }: SnapshotSet) =>
    [...snapshots.values()].some(({ metadata }) => begun.includes(metadata.name));
  return usable.find(hasBegun) ?? usable[0];
}

const counts = z.record(z.string(), z.record(z.string(), z.number()));

/** What a run that made a set says in the last line of its log. */
const made = z.object({ action: z.literal('snapshots'), ok: z.literal(true), set: z.string(), counts });

/** What a run says that has counted what came back from a set. */
const verified = z.object({
  action: z.literal('verify'),
  ok: z.literal(true),
  set: z.string(),
  counts,
  /** Whether the set says what was counted when it was made. */
  compared: z.boolean(),
  differing: z.array(z.string()),
});

export type MadeSet = z.infer<typeof made>;
export type VerifiedSet = z.infer<typeof verified>;

export function madeBy(line: string | undefined): MadeSet | undefined {
  return read(made, line);
}

export function verifiedBy(line: string | undefined): VerifiedSet | undefined {
  return read(verified, line);
}

function read<T>(schema: z.ZodType<T>, line: string | undefined): T | undefined {
  try {
    return schema.parse(JSON.parse(line ?? ''));
  } catch {
    return undefined;
  }
}
