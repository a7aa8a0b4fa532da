import type { Catalogue, Entry } from '../../../../../components/system/drill';
import { throwIfInterrupted } from '../../../../base/failure';
import type { Session } from '../../../../mcp/session';

/** Everything that a server has, page by page. */
export async function entriesOf(
  session: Session,
  { list, page }: Catalogue,
  signal: AbortSignal | undefined,
): Promise<readonly Entry[]> {
  const all: Entry[] = [];
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    throwIfInterrupted(signal);
    const { entries, next } = page(await session.call(list(cursor), { signal }));
    all.push(...entries);
    cursor = next;
  }
  return all;
}

/** What a closer look at a few entries brought. */
export interface Samples {
  readonly read: readonly Entry[];
  /** Those whose body is not the same in the backup. */
  readonly differing: readonly Entry[];
  /** Whether a search for the first of them finds it; undefined where there was none to search for. */
  readonly recalled?: { readonly entry: Entry; readonly inBackup: boolean; readonly inSystem: boolean };
}

/** Reads entries on both sides, and searches for the first of them. */
export async function lookCloser(
  source: Session,
  restored: Session,
  catalogue: Catalogue,
  entries: readonly Entry[],
  signal: AbortSignal | undefined,
): Promise<Samples> {
  const bodyOf = async (session: Session, entry: Entry) =>
    catalogue.body(await session.call(catalogue.read(entry), { signal }));
  const differing: Entry[] = [];
  for (const entry of entries) {
    throwIfInterrupted(signal);
    if ((await bodyOf(source, entry)) !== (await bodyOf(restored, entry))) differing.push(entry);
  }
  const [entry] = entries;
  if (entry === undefined) return { read: entries, differing };
  const call = catalogue.recall(entry, await bodyOf(source, entry));
  const finds = async (session: Session) => catalogue.found(await session.call(call, { signal }), entry);
  return {
    read: entries,
    differing,
    recalled: { entry, inBackup: await finds(restored), inSystem: await finds(source) },
  };
}
