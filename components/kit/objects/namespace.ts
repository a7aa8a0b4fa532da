import type { Described } from '../../system/described';
import { keptByArgoCd } from './sync-options';

/**
 * A namespace of our own that admits only pods of the Pod Security level `restricted`. It counts as data: a namespace
 * that goes takes its volumes along.
 */
export function dedicatedNamespace(name: string, labels: Record<string, string>): Described<'Namespace'> {
  return {
    holdsData: true,
    object: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        labels: {
          ...labels,
          'pod-security.kubernetes.io/enforce': 'restricted',
          'pod-security.kubernetes.io/audit': 'restricted',
          'pod-security.kubernetes.io/warn': 'restricted',
        },
        annotations: keptByArgoCd,
      },
    },
  };
}
