import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

export interface ExternalSecretArgs {
  /** Metadata whose name is the Secret's too. */
  readonly metadata: ObjectMeta;
  readonly store: NonNullable<ClusterFacts['externalSecrets']>;
  readonly entries: readonly RemoteEntry[];
}

/** An entry of the Secret, and where the store has it. */
export interface RemoteEntry {
  readonly secretKey: string;
  /** Key of the value in the store, and the property of it where it has several. */
  readonly remoteKey: string;
  readonly remoteProperty?: string | undefined;
}

/** A Secret that the External Secrets operator makes and keeps as the store has it. */
export function externalSecret({ entries, metadata, ...args }: ExternalSecretArgs): Described<'ExternalSecret'> {
  const { store, kind, refreshSeconds } = args.store;
  return {
    object: {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata,
      spec: {
        refreshInterval: `${refreshSeconds}s`,
        secretStoreRef: { name: store, kind },
        // Orphan: a token outlives the object that fetched it, as volumes outlive their claims' resources.
        target: { name: metadata.name, creationPolicy: 'Orphan', deletionPolicy: 'Retain' },
        data: entries.map(({ remoteKey, remoteProperty, secretKey }) => ({
          secretKey,
          remoteRef: {
            key: remoteKey,
            ...(remoteProperty ? { property: remoteProperty } : {}),
            // What the API server would fill in: lists of a custom resource are compared whole, so Argo CD would find
            // the object different for ever and apply it again at every sync.
            conversionStrategy: 'Default',
            decodingStrategy: 'None',
            metadataPolicy: 'None',
          },
        })),
      },
    },
  };
}
