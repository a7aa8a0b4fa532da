import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

/** An identity without any permission, whose token is mounted nowhere unless a pod asks for it. */
export function account(metadata: ObjectMeta): Described<'ServiceAccount'> {
  return {
    object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
  };
}
