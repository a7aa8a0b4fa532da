import { z } from 'zod';
import type { Constraint } from '../../../config/constraint';
import { byteQuantity, cpuQuantity, integer, memoryQuantity } from '../../../config/fields';

/** What all pods and claims of a namespace may take together; what is left out has no limit. */
export const quota = z.strictObject({
  cpu: cpuQuantity.optional().describe('Sum of the CPU requests, in cores.'),
  memory: memoryQuantity.optional().describe('Sum of the memory requests, in bytes.'),
  memoryLimit: memoryQuantity.optional().describe('Sum of the memory limits, in bytes.'),
  storage: byteQuantity.optional().describe('Sum of all volumes, in bytes.'),
  pods: integer(1, 10_000).optional().describe('Number of pods.'),
});

export type QuotaSettings = z.output<typeof quota>;

/** A quota is for a namespace of its own. */
export function quotaConstraint(
  path: readonly PropertyKey[],
  settings: QuotaSettings | undefined,
  isShared: boolean,
): Constraint {
  return {
    path,
    expected: 'none, or namespace.shared false: a quota would bind the others of the namespace too',
    satisfied: settings === undefined || !isShared,
  };
}
