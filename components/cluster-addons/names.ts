import { labelsOf } from '../kit/objects/labels';
import type { ObjectMeta } from '../system/planned-object';

export const system = 'cluster-addons';

/** Metadata of an object of the whole cluster. */
export function clusterWide(name: string): ObjectMeta {
  return { name, labels: labelsOf(system) };
}
