import type { Rule } from '../rule';

export const restrictedNamespaces: Rule = {
  name: 'restricted-namespaces',
  demand: 'a namespace of ours enforces the Pod Security level restricted',
  check(object) {
    if (object.kind !== 'Namespace') return [];
    const level = object.metadata.labels?.['pod-security.kubernetes.io/enforce'];
    return level === 'restricted' ? [] : [`enforces ${level ?? 'no Pod Security level'} instead of restricted`];
  },
};
