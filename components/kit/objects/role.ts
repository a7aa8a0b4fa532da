import type { IRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

/** Permissions inside one namespace, and the one account that has them; both carry the account's name. */
export function permissions(
  metadata: ObjectMeta,
  rules: NonNullable<IRole['rules']>,
): { role: Described<'Role'>; roleBinding: Described<'RoleBinding'> } {
  const { name, namespace } = metadata;
  return {
    role: {
      object: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules },
    },
    roleBinding: {
      object: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
        subjects: [{ kind: 'ServiceAccount', name, ...(namespace ? { namespace } : {}) }],
      },
    },
  };
}
