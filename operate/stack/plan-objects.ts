import type { Plan } from '../../components/plan';
import type { Described, KubernetesObject } from '../../components/system/described';

/** Every described object of a plan. */
export function describedIn({ systems }: Plan): readonly Described[] {
  return systems.flatMap(({ objects }) => Object.values(objects));
}

/** The objects of one kind, in the form that the caller knows them in. */
export function objectsOf<T>(plan: Plan, kind: string): readonly (KubernetesObject & T)[] {
  return describedIn(plan).flatMap(({ object }) => (object.kind === kind ? [object as KubernetesObject & T] : []));
}

/** Whether the plan itself makes an object. */
export function makes(plan: Plan, kind: string, name: string, namespace?: string): boolean {
  return objectsOf(plan, kind).some(
    ({ metadata }) => metadata.name === name && (namespace === undefined || metadata.namespace === namespace),
  );
}

/** `group` of an apiVersion; the core group has the empty name. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}
