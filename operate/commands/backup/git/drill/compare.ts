import type { Entry } from '../../../../../components/system/drill';

/** What a system and its restored backup have in common, and what not. */
export interface Comparison {
  /** In both, and equal as far as the lists tell. */
  readonly same: readonly Entry[];
  /** In the system, older than the backup, and not in it. */
  readonly lost: readonly Entry[];
  /** In both, older than the backup, and not equal. */
  readonly differing: readonly Entry[];
  /** Written after the backup was made, and therefore not in it or not equal. */
  readonly newer: readonly Entry[];
  /** In the backup and no more in the system. */
  readonly onlyInBackup: readonly Entry[];
  /** In no backup, because no store covers them. */
  readonly uncovered: readonly Entry[];
}

/** The dates of commits are whole seconds, those of entries are not: what is of the same second is in the commit. */
const commitResolution = 1000;

/**
 * Holds what was restored against the system itself.
 *
 * @param backedUp date of the newest commit of each store, by the clock of the server, as the dates of entries are
 */
export function compare(
  source: readonly Entry[],
  restored: readonly Entry[],
  backedUp: ReadonlyMap<string, Date>,
): Comparison {
  const kept = new Map(restored.map((entry) => [entry.name, entry]));
  const known = new Set(source.map(({ name }) => name));
  const kinds = source.map((entry) => [entry, kindOf(entry, kept.get(entry.name), backedUp)] as const);
  const of = (kind: Kind) => kinds.filter(([, each]) => each === kind).map(([entry]) => entry);
  return {
    same: of('same'),
    lost: of('lost'),
    differing: of('differing'),
    newer: of('newer'),
    uncovered: of('uncovered'),
    onlyInBackup: restored.filter(({ name }) => !known.has(name)),
  };
}

type Kind = Exclude<keyof Comparison, 'onlyInBackup'>;

function kindOf(entry: Entry, restored: Entry | undefined, backedUp: ReadonlyMap<string, Date>): Kind {
  if (restored?.facts === entry.facts) return 'same';
  if (entry.store === undefined) return 'uncovered';
  const backup = backedUp.get(entry.store);
  if (backup && entry.updatedAt.getTime() >= backup.getTime() + commitResolution) return 'newer';
  return restored ? 'differing' : 'lost';
}

/** As many of them as wanted, each as likely as any other. */
export function sample<T>(items: readonly T[], count: number, random: () => number = Math.random): readonly T[] {
  const pool = [...items];
  const taken: T[] = [];
  while (taken.length < count && pool.length > 0) taken.push(...pool.splice(Math.floor(random() * pool.length), 1));
  return taken;
}

/** How many entries each group has, the groups in order. */
export function countsByGroup(entries: readonly Entry[]): Readonly<Record<string, number>> {
  const groups = Map.groupBy(entries, ({ group }) => group);
  return Object.fromEntries([...groups].map(([group, all]) => [group, all.length] as const).sort());
}
