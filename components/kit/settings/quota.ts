import { z } from 'zod';
import type { Constraint } from '../../../config/constraint';
import { byteQuantity, cpuQuantity, integer, memoryQuantity } from '../../../config/fields';
import { billionths } from '../../../config/fields/quantities';
import { perCluster } from '../../../config/promotion';

/** What all pods and claims of a namespace may take together; what is left out has no limit. */
export const quota = z.strictObject({
  cpu: cpuQuantity.optional().describe('Sum of the CPU requests, in cores.'),
  memory: memoryQuantity.optional().describe('Sum of the memory requests, in bytes.'),
  memoryLimit: memoryQuantity.optional().describe('Sum of the memory limits, in bytes.'),
  cpuLimit: cpuQuantity.optional().describe('Sum of the CPU limits, in cores; every container then has to have one.'),
  storage: byteQuantity.optional().describe('Sum of all volumes, in bytes.'),
  volumes: integer(1, 10_000).optional().describe('Number of volumes.'),
  pods: integer(1, 10_000).optional().describe('Number of pods.'),
});

export type QuotaSettings = z.output<typeof quota>;

const perContainer = (cpu: string, memory: string) =>
  z.strictObject({
    cpu: cpuQuantity.optional().describe(`${cpu}, in cores.`),
    memory: memoryQuantity.optional().describe(`${memory}, in bytes.`),
  });

/** The bounds of a range, each at most the next. */
const ascending = ['min', 'defaultRequest', 'default', 'max'] as const;

/** What each container of a namespace may ask for, and what it gets where it asks for nothing. */
export const containerLimits = z
  .strictObject({
    min: perContainer('Smallest CPU request', 'Smallest memory request')
      .optional()
      .describe('What each container requests at least. Default: anything.'),
    defaultRequest: perContainer('CPU request', 'Memory request')
      .optional()
      .describe('Requests of a container that names none.'),
    default: perContainer('CPU limit', 'Memory limit')
      .optional()
      .describe(
        'Limits of a container that names none. One of ours whose request is higher gets its request as its limit.',
      ),
    max: perContainer('Highest CPU limit', 'Highest memory limit')
      .optional()
      .describe('What each container may take at most. Default: anything.'),
  })
  .superRefine((limits, context) => {
    for (const resource of ['cpu', 'memory'] as const) {
      const given = ascending.filter((bound) => limits[bound]?.[resource] !== undefined);
      given.slice(1).forEach((bound, index) => {
        const below = given[index] ?? bound;
        const [least = '', most = ''] = [limits[below]?.[resource], limits[bound]?.[resource]];
        if ((billionths(least) ?? 0n) <= (billionths(most) ?? 0n)) return;
        const message = `at most ${bound}.${resource}, which is ${most}: Kubernetes refuses the range`;
        context.addIssue({ code: 'custom', path: [below, resource], message });
      });
    }
  });

/** Keys of the limits of a namespace that is a system's own, and whose quota follows from a preset. */
export const ownNamespaceLimits = {
  quota: perCluster(
    quota.prefault({}).describe('Upper limits of the namespace. What is left out is that of the preset.'),
  ),
  containerLimits: perCluster(
    containerLimits
      .prefault({ default: { cpu: '500m', memory: '512Mi' }, defaultRequest: { cpu: '100m', memory: '128Mi' } })
      .describe('Limits of each container of the namespace.'),
  ),
};

export type ContainerLimits = z.output<typeof containerLimits>;

/** A quota and a range of limits are for a namespace of its own. */
export function namespaceLimitConstraints(
  path: readonly PropertyKey[],
  settings: {
    readonly quota?: QuotaSettings | undefined;
    readonly containerLimits?: ContainerLimits | undefined;
    readonly namespace: { readonly shared: boolean };
  },
): Constraint[] {
  return (['quota', 'containerLimits'] as const).map((key) => ({
    path: [...path, key],
    expected: 'none, or namespace.shared false: it would bind the others of the namespace too',
    satisfied: settings[key] === undefined || !settings.namespace.shared,
  }));
}
