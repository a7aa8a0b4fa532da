import type { ObjectMeta, PlannedKind, PlannedObject } from './planned-object';

/** Any object on a cluster, of whatever kind. Those of a plan are {@link PlannedObject}s. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** A rule that an object breaks on purpose. The reason is shown at every preview. */
export interface Waiver {
  /** Name of the rule in `policies/`. */
  readonly rule: string;
  readonly reason: string;
}

/** An object together with what its registration has to know about it. */
export interface Described<K extends PlannedKind = PlannedKind> {
  readonly object: PlannedObject<K>;
  /** Whether losing the object loses memory. Such an object is protected and kept when its resource goes. */
  readonly holdsData?: boolean;
  /** Names of objects of the same plan that must exist first; the namespace always does. */
  readonly after?: readonly string[];
  readonly waivers?: readonly Waiver[];
  /**
   * Key of the stack file that the object has its name, host name or port from, for messages about it.
   * @default the system's own key
   */
  readonly namedBy?: readonly PropertyKey[];
  /**
   * Whether the engine waits until a workload is ready. `false` for one that waits for what only somebody else can bring
   * and whose pods do not name it, such as an upload. `true` for a Job whose end whatever comes after it waits for.
   * @default by what its pods name, see components/kit/parts/awaited.ts; of a Job `false`
   */
  readonly awaited?: boolean;
  /** Of a Job that is waited for: time within which it has ended once it can start, in seconds. */
  readonly endsWithinSeconds?: number;
  /**
   * Containers of its pods that talk to servers of others, by their names: they get the proxy and the authorities of
   * `cluster.pods`. A flow to hosts outside without such a container is refused when the plan is made.
   */
  readonly reachesOut?: readonly string[];
  /**
   * Who may write the object when Argo CD does the rest: objects of `pulumi` are never part of the overlay.
   * @default by the mode of the stack, see `registeredObjects`
   */
  readonly deliveredBy?: 'pulumi';
}

/** The objects of a system by their logical names, in the order in which they are created. */
export type DescribedObjects = Readonly<Record<string, Described>>;

/** Where a client finds a server. */
export interface Endpoint {
  /** URL of the MCP endpoint for users: the route's where there is one, else the in-cluster one. */
  readonly url: string;
  /** URL of the MCP endpoint from within the cluster. */
  readonly inClusterUrl: string;
}
