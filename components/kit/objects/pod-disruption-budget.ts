import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

export interface DisruptionBudgetArgs {
  readonly metadata: ObjectMeta;
  /** Labels of the pods. */
  readonly selector: Readonly<Record<string, string>>;
  /** Pods that may be away at a time. @default 1 */
  readonly maxUnavailable?: number;
}

/** Lets a node be drained without taking away every pod of a server at once. It is for servers of several pods. */
export function disruptionBudget(args: DisruptionBudgetArgs): Described<'PodDisruptionBudget'> {
  return {
    object: {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: args.metadata,
      spec: { maxUnavailable: args.maxUnavailable ?? 1, selector: { matchLabels: { ...args.selector } } },
    },
  };
}
