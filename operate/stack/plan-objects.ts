import type { Plan } from '../../components/system';
import type { Described } from '../../components/system/described';
import type { PlannedKind, PlannedObject } from '../../components/system/planned-object';

/** Every described object of a plan. */
export function describedIn({ systems }: Plan): readonly Described[] {
  return systems.flatMap(({ objects }) => Object.values(objects));
}

/** The objects of one kind. */
export function objectsOf<K extends PlannedKind>(plan: Plan, kind: K): readonly PlannedObject<K>[] {
  return describedIn(plan).flatMap(({ object }) => (isOfKind(object, kind) ? [object] : []));
}

function isOfKind<K extends PlannedKind>(object: PlannedObject, kind: K): object is PlannedObject<K> {
  return object.kind === kind;
}

/** Whether the plan itself makes an object. */
export function makes(plan: Plan, kind: PlannedKind, name: string, namespace?: string): boolean {
  return objectsOf(plan, kind).some(
    ({ metadata }) => metadata.name === name && (namespace === undefined || metadata.namespace === namespace),
  );
}

/** `group` of an apiVersion; the core group has the empty name. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}
