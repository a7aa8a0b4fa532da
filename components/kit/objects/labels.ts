import type { Labels } from '../../system/flow';
import type { ObjectMeta } from '../../system/planned-object';

/** Label with the name of a system. Every selector of ours has it, so that it never means pods of others in a namespace that we share. */
export const systemLabel = 'app.kubernetes.io/name';

/** The label with the name of the system of an object. */
export function ownLabel({ labels }: Pick<ObjectMeta, 'labels'>): Record<string, string> {
  const name = labels?.[systemLabel];
  return name === undefined ? {} : { [systemLabel]: name };
}

/**
 * Labels of an object. The selector is part of them; it never changes, because selectors of workloads are immutable.
 * `app.kubernetes.io/instance` is left alone: Argo CD tracks objects by it.
 */
export function labelsOf(system: string, selector: Labels = {}): Record<string, string> {
  return {
    ...workloadSelector(selector),
    [systemLabel]: system,
    'app.kubernetes.io/part-of': 'memory-fleet',
  };
}

/**
 * The selector of a Deployment or StatefulSet: without the label of the system, which those that are live have not, and
 * nobody can change theirs. They know their pods by owner and by the hash of the template besides, so that pods of others
 * are never taken for theirs.
 */
export function workloadSelector({ [systemLabel]: _, ...selector }: Labels): Record<string, string> {
  return selector;
}
