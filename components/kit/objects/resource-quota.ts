import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

/** What all pods and claims of a namespace may take together; each part that is left out has no limit. */
export interface Quota {
  /** Requests of all containers together. */
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
  /** Memory limits of all containers together. There is none for CPU: every container would have to have one. */
  readonly memoryLimit?: string | undefined;
  /** Sizes of all claims together, a quantity in bytes. */
  readonly storage?: string | undefined;
  readonly pods?: number | undefined;
}

/** A bound on what a namespace takes from its cluster. It is for namespaces of our own: others' pods count too. */
export function resourceQuota(metadata: ObjectMeta, quota: Quota): Described<'ResourceQuota'> {
  const hard = {
    'requests.cpu': quota.cpu,
    'requests.memory': quota.memory,
    'limits.memory': quota.memoryLimit,
    'requests.storage': quota.storage,
    pods: quota.pods === undefined ? undefined : String(quota.pods),
  };
  return {
    object: {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata,
      spec: { hard: Object.fromEntries(Object.entries(hard).flatMap(([key, value]) => (value ? [[key, value]] : []))) },
    },
  };
}
