import type { Plan, SystemPlan } from '../components/system';
import type { Described } from '../components/system/described';
import type { PlannedKind, PlannedObject } from '../components/system/planned-object';
import { keyOf } from '../config/problems';

/** What objects of a plan must keep to among each other, within a system or across systems. Nothing waives it. */
export interface PlanRule {
  readonly name: string;
  /** What the rule demands and why, in one sentence. */
  readonly demand: string;
  check(plan: Plan): readonly PlanFault[];
}

export interface PlanFault {
  /** The object, as {@link nameOf} has it, or the path of a system. */
  readonly object: string;
  /** What is wrong with it, in one clause. */
  readonly fault: string;
}

/** An object with the system that makes it. */
export interface Owned<K extends PlannedKind = PlannedKind> {
  readonly system: SystemPlan;
  readonly described: Described;
  readonly object: PlannedObject<K>;
}

/** Every object of a plan, with its system. */
export function ownedIn({ systems }: Plan): Owned[] {
  return systems.flatMap((system) =>
    Object.values(system.objects).map((described) => ({ system, described, object: described.object })),
  );
}

/** The objects of one kind, with their systems. */
export function ownedOf<K extends PlannedKind>(plan: Plan, kind: K): Owned<K>[] {
  return ownedIn(plan).filter((owned): owned is Owned<K> => owned.object.kind === kind);
}

/** `<path in the stack file>/<Kind>/<name>` of an object. */
export function nameOf({ system, object }: Pick<Owned, 'system' | 'object'>): string {
  return `${system.path.join('.')}/${object.kind}/${object.metadata.name}`;
}

/** The key of the stack file to blame for an object. */
export function keyOfOwned({ described, system }: Owned): string {
  return keyOf(described.namedBy ?? system.path);
}

/** The namespace of an object; of one that says none, that of its system. */
export function namespaceOf({ object, system }: Pick<Owned, 'system' | 'object'>): string {
  return object.metadata.namespace ?? system.namespace;
}

/** Two objects that cannot both have something, with what it is: the fault of the later one. */
export function sharedFaults<T>(
  holders: readonly { readonly of: Owned; readonly has: T }[],
  clash: (earlier: T, later: T) => string | undefined,
): PlanFault[] {
  return holders.flatMap(({ of, has }, index) =>
    holders.slice(0, index).flatMap((other): PlanFault[] => {
      const what = other.of.object === of.object ? undefined : clash(other.has, has);
      if (what === undefined) return [];
      const keys = [...new Set([keyOfOwned(other.of), keyOfOwned(of)])].join(' and ');
      return [{ object: nameOf(of), fault: `has ${what} as ${nameOf(other.of)} has: see ${keys}` }];
    }),
  );
}
