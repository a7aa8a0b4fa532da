import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
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

/** The object that brings a Secret about, if this program has to. */
export function secretObject(
  source: SecretSource,
  metadata: ObjectMeta,
  secret: SecretPath,
  cluster: ClusterFacts,
): Described<'Secret'> | Described<'ExternalSecret'> | undefined {
  const named = { ...metadata, name: source.secretName };
  if (source.source === 'config') {
    return {
      // Not even its references are ever rendered.
      deliveredBy: 'pulumi',
      object: {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: named,
        type: 'Opaque',
        stringData: { [source.secretKey]: { secret } },
      },
    };
  }
  if (source.source !== 'externalSecret' || !cluster.externalSecrets) return undefined;
  const { store, kind, refreshSeconds } = cluster.externalSecrets;
  return {
    object: {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: named,
      spec: {
        refreshInterval: `${refreshSeconds}s`,
        secretStoreRef: { name: store, kind },
        // Orphan: a token outlives the object that fetched it, as volumes outlive their claims' resources.
        target: { name: source.secretName, creationPolicy: 'Orphan', deletionPolicy: 'Retain' },
        data: [
          {
            secretKey: source.secretKey,
            remoteRef: {
              key: source.remoteKey ?? '',
              ...(source.remoteProperty ? { property: source.remoteProperty } : {}),
              // What the API server would fill in: lists of a custom resource are compared whole, so Argo CD would find
              // the object different for ever and apply it again at every sync.
              conversionStrategy: 'Default',
              decodingStrategy: 'None',
              metadataPolicy: 'None',
            },
          },
        ],
      },
    },
  };
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
