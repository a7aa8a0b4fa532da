import type { IRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

/** An identity without any permission, whose token is mounted nowhere unless a pod asks for it. */
export function account(metadata: ObjectMeta): Described<'ServiceAccount'> {
  return {
    object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
  };
}

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
