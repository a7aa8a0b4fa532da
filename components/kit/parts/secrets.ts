import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
import { externalSecret } from '../objects/external-secret';
import { type SealingScope, sealedSecret } from '../objects/sealed-secret';
import { secret } from '../objects/secret';
import type { SecretPath } from '../settings/secret-source';

/**
 * Where a value in a Secret comes from, see components/kit/settings/secret-source.ts. `bootstrap` and `existing` Secrets are
 * never ours to write.
 */
export interface SecretSource {
  readonly source: 'existing' | 'config' | 'externalSecret' | 'sealed' | 'bootstrap';
  readonly secretName: string;
  readonly secretKey: string;
  readonly secretRevision: number;
  readonly remoteKey?: string;
  readonly remoteProperty?: string | undefined;
  readonly sealedValue?: string;
  readonly scope?: SealingScope;
  /** Whether the Secret has further entries, each brought by itself. @default false */
  readonly shared?: boolean;
}

/** A value in a Secret that a system reads. */
export interface WantedEntry {
  readonly source: SecretSource;
  /** Where the map of secrets has the value, if the source is "config". */
  readonly secret: SecretPath;
}

/** A Secret that a system reads: one value, or a set of them that come from one source. */
export type WantedSecret = (
  | {
      /** Absent where the system does without it. */
      readonly source: SecretSource | undefined;
      readonly secret: SecretPath;
    }
  | { readonly entries: readonly WantedEntry[] }
) & {
  /** Key of the stack file that says where it comes from. */
  readonly from?: readonly PropertyKey[];
};

/**
 * The objects that bring the Secrets of a system about, by its keys for them; none for those that somebody else makes.
 *
 * @param metadata of all of them, apart from the name
 */
export function secretObjects(
  metadata: ObjectMeta,
  wanted: Readonly<Record<string, WantedSecret>>,
  cluster: ClusterFacts,
): Record<string, Described> {
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([key, secret]) => {
      const object = secretObject(entriesOf(secret), metadata, cluster);
      return object ? [[key, secret.from ? { ...object, namedBy: [...secret.from, 'secretName'] } : object]] : [];
    }),
  );
}

function entriesOf(wanted: WantedSecret): readonly WantedEntry[] {
  if ('entries' in wanted) return wanted.entries;
  const { secret: path, source } = wanted;
  return source ? [{ source, secret: path }] : [];
}

/** The object that brings a Secret about, if this program has to. */
function secretObject(
  entries: readonly WantedEntry[],
  metadata: ObjectMeta,
  { externalSecrets }: ClusterFacts,
): Described | undefined {
  const [first] = entries;
  if (first === undefined) return undefined;
  const { scope = 'strict', secretName, source: from } = first.source;
  const named = { ...metadata, name: secretName };
  const byKey = <T>(of: (entry: WantedEntry) => T) =>
    Object.fromEntries(entries.map((entry) => [entry.source.secretKey, of(entry)]));
  switch (from) {
    case 'config':
      return secret(
        named,
        byKey((entry) => ({ secret: entry.secret })),
      );
    case 'sealed':
      return sealedSecret({ metadata: named, scope, encryptedData: byKey(({ source }) => source.sealedValue ?? '') });
    case 'externalSecret': {
      const remote = entries.map(({ source: { remoteKey = '', remoteProperty, secretKey } }) => ({
        ...{ secretKey, remoteKey, remoteProperty },
      }));
      return externalSecrets && externalSecret({ metadata: named, store: externalSecrets, entries: remote });
    }
    default:
      return undefined;
  }
}

const made: ReadonlySet<string> = new Set(['config', 'externalSecret', 'sealed'] satisfies SecretSource['source'][]);

/** The key of a Secret that this program makes, as something to come after; nothing where somebody else makes it. */
export function madeSecret(key: string, source: SecretSource | undefined): string[] {
  return source && made.has(source.source) ? [key] : [];
}

/** Annotation that makes pods start anew when the counter of one of their Secrets is raised. No hash of a secret does that. */
export function revisionAnnotations(
  sources: Readonly<Record<string, SecretSource | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sources).flatMap(([purpose, source]) =>
      source && source.secretRevision > 0
        ? [[`memory-fleet.dev/${purpose}-revision`, String(source.secretRevision)]]
        : [],
    ),
  );
}
