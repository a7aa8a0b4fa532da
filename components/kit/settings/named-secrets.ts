import type { Constraint } from '../../../config/constraint';
import { keyOf } from '../../../config/problems';

/** A Secret that the settings of a system name. */
export interface NamedSecret {
  /** Path of the key with the name, from the top of the stack file. */
  readonly path: readonly PropertyKey[];
  /** Absent where nothing is named. */
  readonly name: string | undefined;
  /** The entries that are read; absent where that may be any. */
  readonly entries?: readonly string[];
  /** Whether the program, an operator of the cluster or a login makes it, rather than somebody else beforehand. */
  readonly made?: boolean;
  /** Where the External Secrets operator finds its entries. @default it makes none of them */
  readonly remotes?: readonly RemoteEntry[];
}

/** An entry of the store of the cluster. */
interface RemoteEntry {
  /** Path of the key that names it. */
  readonly path: readonly PropertyKey[];
  readonly remoteKey: string;
  readonly remoteProperty?: string | undefined;
}

/** The entry of the store that some settings name, where they name one. @param path of these settings */
export function remoteEntry(
  path: readonly PropertyKey[],
  { remoteKey, remoteProperty }: { readonly remoteKey?: string; readonly remoteProperty?: string | undefined },
): RemoteEntry[] {
  return remoteKey === undefined ? [] : [{ path: [...path, 'remoteKey'], remoteKey, remoteProperty }];
}

/** The name that a source of a Secret gives it. */
export function namedSecret(
  path: readonly PropertyKey[],
  source:
    | ({ readonly source: string; readonly secretName: string; readonly secretKey: string } & Parameters<
        typeof remoteEntry
      >[1])
    | undefined,
): NamedSecret {
  if (source === undefined) return { path, name: undefined };
  const { secretKey, secretName: name } = source;
  const remotes = remoteEntry(path, source);
  return { path: [...path, 'secretName'], name, entries: [secretKey], made: source.source !== 'existing', remotes };
}

/**
 * A Secret that somebody makes for one purpose serves no other: the second maker, or whoever takes it for one that exists,
 * would undo the first. Nor is one entry two secrets, because who must know the one would know the other.
 */
export function separateSecrets(secrets: readonly NamedSecret[]): Constraint[] {
  const names = secrets.flatMap(({ entries = [], made = false, name, path }, index) =>
    secrets.slice(0, index).flatMap((other): Constraint[] => {
      if (name === undefined || name !== other.name) return [];
      const key = keyOf(other.path);
      if (made || other.made) {
        return [
          { path, expected: `another name: ${key} names this Secret too, and only one may make it`, satisfied: false },
        ];
      }
      const isSame = entries.some((entry) => other.entries?.includes(entry));
      return [
        { path, expected: `another Secret or entry than ${key}: who knows one would know both`, satisfied: !isSame },
      ];
    }),
  );
  return [
    ...names,
    ...separateRemotes(secrets.flatMap(({ remotes = [] }) => remotes.map((remote) => [{ remotes: [remote] }]))),
  ];
}

/** What one of several groups has in the store of the cluster is no secret of another. */
export function separateRemotes(groups: readonly (readonly Pick<NamedSecret, 'remotes'>[])[]): Constraint[] {
  const remotes = groups.flatMap((group, index) =>
    group.flatMap(({ remotes = [] }) => remotes.map((remote) => ({ ...remote, index }))),
  );
  return remotes.flatMap(({ index, path, remoteKey, remoteProperty }) => {
    const other = remotes.find(
      (each) => each.index < index && each.remoteKey === remoteKey && each.remoteProperty === remoteProperty,
    );
    if (other === undefined) return [];
    const expected = `another key or property of the store than ${keyOf(other.path)} has: who knows one would know both`;
    return [{ path, expected, satisfied: false }];
  });
}
