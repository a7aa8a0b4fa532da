import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

/** What all pods and claims of a namespace may take together; each part that is left out has no limit. */
export interface Quota {
  /** Requests and limits of all containers together. With a limit of CPU every container must have one. */
  readonly requests?: { readonly cpu?: string; readonly memory?: string };
  readonly limits?: { readonly cpu?: string; readonly memory?: string };
  /** Sizes of all claims together, a quantity in bytes. */
  readonly storage?: string;
  readonly pods?: number;
}

/** A bound on what a namespace takes from its cluster. It is for namespaces of our own: others' pods count too. */
export function resourceQuota(metadata: ObjectMeta, quota: Quota): Described<'ResourceQuota'> {
  const hard = {
    'requests.cpu': quota.requests?.cpu,
    'requests.memory': quota.requests?.memory,
    'limits.cpu': quota.limits?.cpu,
    'limits.memory': quota.limits?.memory,
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
