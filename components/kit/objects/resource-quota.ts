import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

/** What all pods and claims of a namespace may take together; each part that is left out has no limit. */
export interface Quota {
  /** Requests of all containers together. */
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
  /** Memory limits of all containers together. */
  readonly memoryLimit?: string | undefined;
  /** CPU limits of all containers together: a container without one is then refused. */
  readonly cpuLimit?: string | undefined;
  /** Sizes of all claims together, a quantity in bytes. */
  readonly storage?: string | undefined;
  /** Number of claims. */
  readonly volumes?: number | undefined;
  readonly pods?: number | undefined;
}

/** A bound on what a namespace takes from its cluster. It is for namespaces of our own: others' pods count too. */
export function resourceQuota(metadata: ObjectMeta, quota: Quota): Described<'ResourceQuota'> {
  const hard = {
    'requests.cpu': quota.cpu,
    'requests.memory': quota.memory,
    'limits.memory': quota.memoryLimit,
    'limits.cpu': quota.cpuLimit,
    'requests.storage': quota.storage,
    persistentvolumeclaims: quota.volumes?.toString(),
    pods: quota.pods?.toString(),
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
