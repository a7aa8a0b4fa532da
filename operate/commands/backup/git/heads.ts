import type { BackupStore } from '../../../../components/system/operations';
import { Failure } from '../../../base/failure';
import { type GitOptions, type Head, remoteHead } from '../../../git/remote';

/** What a look at a store's remote brought. */
export interface StoreHead {
  readonly store: BackupStore;
  /** Undefined where the remote has no such branch, or could not be read. */
  readonly head?: Head | undefined;
  /** Why it could not be read. */
  readonly unreadable?: Failure;
}

/** Looks at the remote of every store; one that cannot be read is part of the answer. */
export function headsOf(stores: readonly BackupStore[], git: GitOptions): Promise<StoreHead[]> {
  return Promise.all(
    stores.map(async (store) => {
      try {
        return { store, head: await remoteHead(store, git) };
      } catch (error) {
        if (error instanceof Failure) return { store, unreadable: error };
        throw error;
      }
    }),
  );
}

/** A commit in few letters. */
export function short({ commit }: Head): string {
  return commit.slice(0, 10);
}
