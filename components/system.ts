import type { z } from 'zod';
import type { ClusterFacts } from '../config/cluster';
import type { PodsSettings } from '../config/cluster/pods';
import type { Constraint } from '../config/constraint';
import type { ChartRelease } from './system/chart';
import type { DescribedObjects } from './system/described';
import type { Flow } from './system/flow';
import type { Operations } from './system/operations';

/** Facts about a cluster whose name is known: the stack file's, or that of the stack. */
export type NamedCluster = ClusterFacts & { readonly name: string };

/**
 * What a stack may have: one folder below `components/`, and one line in `components/index.ts`. Everything else, from the
 * schema of the stack file to the commands, follows from it.
 *
 * @typeParam S settings of the system, defaults filled in
 * @typeParam P its part of the secrets, see {@link secrets}
 */
export interface SystemModule<S = unknown, P = unknown> {
  /** Key of the system in a stack file, such as `memoryMcp`. */
  readonly key: string;
  /** Name of its Pulumi component, such as `MemoryMcp`. */
  readonly component: string;
  /** What it is, for the reference of the configuration: one clause, without a period. */
  readonly about: string;
  readonly settings: z.ZodType<S>;
  /**
   * Encrypted values, which a stack file has below `secrets.<key>`: maps whose leaves are `encryptedValue`. Only whether a
   * leaf is there is known when the plan is made.
   */
  readonly secrets: z.ZodType<P>;
  /** What must hold between several keys of the settings, with the cluster's facts and with the secrets. */
  constraints(settings: S, cluster: NamedCluster, secrets: P): readonly Constraint[];
  /**
   * Everything that the system is on a cluster: one plan, or one for each of its instances. Pure: the same settings and
   * facts always give the same plans.
   */
  describe(settings: S, cluster: NamedCluster): readonly SystemPlan[];
}

/** Everything that one instance of a system puts on a cluster, known before anything is registered. */
export interface SystemPlan<O extends DescribedObjects = DescribedObjects> {
  /** Unique in the stack. The component, the overlay's folder and whatever is outside of the namespace are named by it. */
  readonly id: string;
  /** Where the stack file has its settings, such as `memoryMcp`, or a key and the name of an instance below it. */
  readonly path: readonly string[];
  /** Name of the Pulumi component, the module's. */
  readonly component: string;
  readonly namespace: string;
  readonly objects: O;
  /** Charts that the engine installs after the namespace and before every other object. Absent where there are none. */
  readonly charts?: readonly ChartRelease[];
  /** All traffic of its pods; what is not here is denied. */
  readonly flows: readonly Flow[];
  /** Architectures of images that are not made for all, such as `amd64`, by image: no other node gets a pod with one of them. */
  readonly architectures?: Readonly<Record<string, readonly string[]>>;
  /** What its pods were given for their platform. Filled in by components/describe.ts. */
  readonly pods?: PodsSettings;
  /** What the stack's outputs say about it, under its path: where clients find it. Plain data, no secrets. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly operations: Operations;
}

/** Everything that a stack puts on its cluster, as plain data. */
export interface Plan {
  readonly cluster: NamedCluster;
  readonly systems: readonly SystemPlan[];
}
