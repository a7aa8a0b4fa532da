import type { IServiceAccount } from 'kubernetes-models/v1';
import type { Described, Named, ObjectMeta } from './object';

/** An identity without any permission, whose token is mounted nowhere. */
export function powerlessAccount(metadata: ObjectMeta): Described<Named<IServiceAccount>> {
  return {
    object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
  };
}
