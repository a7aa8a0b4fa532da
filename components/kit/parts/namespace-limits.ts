import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
import { limitRange, type Range } from '../objects/limit-range';
import { type Quota, resourceQuota } from '../objects/resource-quota';

/**
 * Bounds on what the namespace of a system takes from its cluster, and on each container in it. That its own objects fit
 * in, with a rollout, a backup and a restore at once, two rules hold: `sufficient-quotas` and `within-limits`.
 */
export function namespaceLimits(
  metadata: (part: 'quota' | 'limits') => ObjectMeta,
  { containerLimits, quota }: { readonly quota?: Quota | undefined; readonly containerLimits?: Range | undefined },
): { readonly quota?: Described; readonly containerLimits?: Described } {
  return {
    ...(quota ? { quota: resourceQuota(metadata('quota'), quota) } : {}),
    ...(containerLimits ? { containerLimits: limitRange(metadata('limits'), containerLimits) } : {}),
  };
}
