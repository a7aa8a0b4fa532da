import type { Described } from '../../system/described';
import type { ObjectMeta, SecretReference } from '../../system/planned-object';

/** A Secret whose values are in the encrypted configuration. Not even the references to them are ever rendered. */
export function secret(
  metadata: ObjectMeta,
  stringData: Readonly<Record<string, SecretReference>>,
): Described<'Secret'> {
  return {
    deliveredBy: 'pulumi',
    object: { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData },
  };
}
