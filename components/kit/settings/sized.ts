import { z } from 'zod';
import type { Constraint } from '../../../config/constraint';
import { byteQuantity, cpuQuantity, memoryQuantity, objectName } from '../../../config/fields';
import { billionths } from '../../../config/fields/quantities';
import type { Sizing } from '../objects/pod';

/** A volume whose size follows from the preset. */
export const sizedVolume = (about: string) =>
  z
    .strictObject({
      size: byteQuantity
        .optional()
        .describe('Size of the volume; it can grow, never shrink. Default: that of the preset, or of the name.'),
      storageClass: objectName
        .optional()
        .describe('StorageClass of the volume; it cannot change later. Default: the one of the cluster facts.'),
    })
    .prefault({})
    .describe(about);

/** Resources that follow from the preset, each by itself. */
export const sizedResources = (about: string) =>
  z
    .strictObject({
      cpu: cpuQuantity.optional().describe('CPU request, in cores.'),
      memory: memoryQuantity.optional().describe('Memory request, in bytes.'),
      cpuLimit: cpuQuantity.optional().describe('CPU limit, in cores.'),
      memoryLimit: memoryQuantity.optional().describe('Memory limit, in bytes.'),
    })
    .prefault({})
    .describe(`${about} What is left out is that of the preset.`);

/** Requests and limits in the order of `kubectl top`: CPU and memory, then their limits. */
export const sizing = (cpu: string, memory: string, cpuLimit: string, memoryLimit: string): Sizing => ({
  cpu,
  memory,
  cpuLimit,
  memoryLimit,
});

/** What a store takes: resources of its pod, and the size of its volume as a quantity in bytes. */
export interface StoreSize {
  readonly resources: Sizing;
  readonly storage: string;
}

/** What a namespace may take: all of a system at its largest, with a rollout, a backup and a restore at once. */
export type NamespaceSize = Readonly<Record<'cpu' | 'memory' | 'cpuLimit' | 'memoryLimit', string>> & {
  readonly volumes: number;
};

type Given = z.output<ReturnType<typeof sizedResources>>;

/** Resources with what is said of them. */
export function sizedBy(preset: Sizing, given: Given): Sizing & { readonly cpuLimit: string | undefined } {
  const said = Object.entries(given).filter(([, amount]) => amount !== undefined);
  return { cpuLimit: undefined, ...preset, ...Object.fromEntries(said) };
}

/** A request is at most its limit, wherever each of them comes from. */
export function sizingConstraints(path: readonly PropertyKey[], given: Given, preset: Sizing): Constraint[] {
  const merged = sizedBy(preset, given);
  const pairs = [
    ['cpu', 'cpuLimit'],
    ['memory', 'memoryLimit'],
  ] as const;
  return pairs.map(([request, limit]) => ({
    path: [...path, given[request] === undefined ? limit : request],
    expected: `a ${request} request of at most the limit: ${merged[request]} and ${merged[limit]} come together here, and Kubernetes refuses a request above its limit`,
    satisfied: (billionths(merged[request]) ?? 0n) <= (billionths(merged[limit] ?? merged[request]) ?? 0n),
  }));
}
