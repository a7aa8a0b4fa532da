import type { KubernetesObject } from '../../components/system/described';

/** The part of a Secret that holds values. */
export interface WithContent extends KubernetesObject {
  readonly stringData?: Readonly<Record<string, unknown>>;
}

/** A Secret without its content, which is known only encrypted; every other object as it is. */
export function withoutContent(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'Secret') return object;
  const { stringData: _, ...rest } = object as WithContent;
  return rest;
}
