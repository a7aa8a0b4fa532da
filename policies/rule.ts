import type { DescribedObjects } from '../components/system/described';
import type { Operations } from '../components/system/operations';
import type { PlannedObject } from '../components/system/planned-object';
import type { ClusterFacts } from '../config/cluster';

/** What a rule may look at besides the object: the objects beside it and the cluster they go to. */
export interface RuleContext {
  /** Facts of the cluster, with `pods` as they are for this system. */
  readonly cluster: ClusterFacts;
  /** Logical name of the object in its system. */
  readonly key: string;
  readonly objects: DescribedObjects;
  /** Where the stack file has the settings of the system, and what it offers to the commands. */
  readonly path: readonly string[];
  readonly operations: Operations;
}

/** Something that every object keeps to. */
export interface Rule {
  /** Name by which a waiver names the rule. */
  readonly name: string;
  /** What the rule demands and why, in one sentence. */
  readonly demand: string;
  /** Says what is wrong with an object, each in one clause; nothing when it keeps to the rule or the rule is not about it. */
  check(object: PlannedObject, context: RuleContext): string[];
}
