import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

/** Files or values that pods read. Never a secret: everybody in the namespace may read it, and it is rendered. */
export function configMap(metadata: ObjectMeta, data: Readonly<Record<string, string>>): Described<'ConfigMap'> {
  return { object: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { ...data } } };
}
