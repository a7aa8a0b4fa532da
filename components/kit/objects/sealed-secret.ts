import type { Described } from '../../system/described';
import type { ObjectMeta, PlannedObject } from '../../system/planned-object';

/** Where a sealed value may be unsealed: as this Secret alone, in its namespace, or in the whole cluster. */
export type SealingScope = 'strict' | 'namespace-wide' | 'cluster-wide';

export interface SealedSecretArgs {
  /** Metadata whose name and namespace are the Secret's too; a strict value is sealed for both. */
  readonly metadata: ObjectMeta;
  readonly scope: SealingScope;
  /** Sealed values by the keys of the Secret. */
  readonly encryptedData: Readonly<Record<string, string>>;
}

const domain = 'sealedsecrets.bitnami.com';

/**
 * A Secret that the controller of Sealed Secrets unseals.
 * @see https://github.com/bitnami-labs/sealed-secrets
 */
export function sealedSecret({ encryptedData, metadata, scope }: SealedSecretArgs): Described<'SealedSecret'> {
  // Read by the controller from both: from the object to unseal, from the template to tell the scope.
  const scoped = scope === 'strict' ? {} : { [`${domain}/${scope}`]: 'true' };
  const { name, namespace, labels, annotations } = metadata;
  return {
    object: {
      apiVersion: 'bitnami.com/v1alpha1',
      kind: 'SealedSecret',
      metadata: scope === 'strict' ? metadata : { ...metadata, annotations: { ...annotations, ...scoped } },
      spec: {
        encryptedData: { ...encryptedData },
        template: {
          metadata: {
            name,
            ...(namespace === undefined ? {} : { namespace }),
            ...(labels === undefined ? {} : { labels: { ...labels } }),
            annotations: {
              ...scoped,
              // A password outlives the object that it came with, as volumes outlive their claims' resources. The controller
              // then knows the Secret by the first of these, and takes over one that was there before only if it has it too.
              [`${domain}/managed`]: 'true',
              [`${domain}/skip-set-owner-references`]: 'true',
            },
          },
          type: 'Opaque',
        },
      },
    },
  };
}

/** Where the values of such an object may be unsealed, as its annotations tell the controller. */
export function scopeOf({ metadata: { annotations = {} } }: PlannedObject<'SealedSecret'>): SealingScope {
  const wide = (['namespace-wide', 'cluster-wide'] as const).find(
    (scope) => annotations[`${domain}/${scope}`] === 'true',
  );
  return wide ?? 'strict';
}
