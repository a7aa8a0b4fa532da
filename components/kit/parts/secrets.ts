import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
import { externalSecret } from '../objects/external-secret';
import { secret } from '../objects/secret';
import type { SecretPath } from '../settings/secret-source';

/** Where a Secret comes from, see components/kit/settings/secret-source.ts. `bootstrap` and `existing` Secrets are never ours to write. */
export interface SecretSource {
  readonly source: 'existing' | 'config' | 'externalSecret' | 'bootstrap';
  readonly secretName: string;
  readonly secretKey: string;
  readonly secretRevision: number;
  readonly remoteKey?: string;
  readonly remoteProperty?: string | undefined;
}

/** A Secret that a system reads. */
export interface WantedSecret {
  /** Absent where the system does without it. */
  readonly source: SecretSource | undefined;
  /** Where the map of secrets has the value, if the source is "config". */
  readonly secret: SecretPath;
  /** Key of the stack file that says where it comes from. */
  readonly from?: readonly PropertyKey[];
}

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
    Object.entries(wanted).flatMap(([key, { from, secret: path, source }]) => {
      const object = source && secretObject(source, metadata, path, cluster);
      return object ? [[key, from ? { ...object, namedBy: [...from, 'secretName'] } : object]] : [];
    }),
  );
}

/** The object that brings a Secret about, if this program has to. */
function secretObject(
  source: SecretSource,
  metadata: ObjectMeta,
  path: SecretPath,
  { externalSecrets }: ClusterFacts,
): Described<'Secret'> | Described<'ExternalSecret'> | undefined {
  const named = { ...metadata, name: source.secretName };
  const { remoteKey = '', remoteProperty, secretKey } = source;
  if (source.source === 'config') return secret(named, { [secretKey]: { secret: path } });
  return source.source === 'externalSecret' && externalSecrets
    ? externalSecret({ metadata: named, store: externalSecrets, secretKey, remoteKey, remoteProperty })
    : undefined;
}

/** The key of a Secret that this program makes, as something to come after; nothing where somebody else makes it. */
export function madeSecret(key: string, source: SecretSource | undefined): string[] {
  return source?.source === 'config' || source?.source === 'externalSecret' ? [key] : [];
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
