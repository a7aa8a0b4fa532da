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

/** How the objects of a system know each other that is alone in its namespace: `C` is what a pod is, `U` what it uses. */
export interface SystemLabels<C extends string, U extends string> {
  /** Labels that all pods share. */
  readonly allPods: Labels;
  /** Labels that select the pods of one kind. */
  readonly podsOf: (component: C) => Record<string, string>;
  /** Labels of the pods that use something: network policies and affinities select by them. */
  readonly uses: (use: U) => Record<string, string>;
  /** Labels of a pod: what selects it, and what it uses. */
  readonly podLabels: (component: C, used: readonly U[]) => Record<string, string>;
  /** Metadata of the objects in a namespace. @param labels of them. @default those of all pods */
  readonly metadataIn: (namespace: string, labels?: Labels) => (name: string) => ObjectMeta;
}

/** @param system its name in labels */
export function systemLabels<C extends string, U extends string>(system: string): SystemLabels<C, U> {
  const allPods = { [systemLabel]: system };
  const podsOf = (component: C) => ({ ...allPods, 'app.kubernetes.io/component': component });
  const uses = (use: U) => ({ ...allPods, [`memory-fleet.dev/uses-${use}`]: 'true' });
  return {
    allPods,
    podsOf,
    uses,
    podLabels: (component, used) => ({
      ...labelsOf(system, podsOf(component)),
      ...Object.assign({}, ...used.map(uses)),
    }),
    metadataIn:
      (namespace, labels = allPods) =>
      (name) => ({ name, namespace, labels: labelsOf(system, labels) }),
  };
}
