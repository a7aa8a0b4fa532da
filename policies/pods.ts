import type { IPodSpec } from 'kubernetes-models/v1';
import { labelsOfPods, templateOf } from '../components/kit/objects/pod-template';
import type { PlannedObject } from '../components/system/planned-object';

export { containersOf } from '../components/kit/objects/pod-template';

/** The pod that an object makes, if it is of a kind that makes pods. */
export function podOf(object: PlannedObject): IPodSpec | undefined {
  return templateOf(object)?.spec;
}

/** The labels of these pods. */
export function podLabelsOf(object: PlannedObject): Readonly<Record<string, string>> {
  const template = templateOf(object);
  return template ? labelsOfPods(template) : {};
}
