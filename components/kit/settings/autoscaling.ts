import { z } from 'zod';
import { integer } from '../../../config/fields';
import type { Scaling, ScalingDirection } from '../objects/horizontal-pod-autoscaler';

const direction = (words: string) =>
  z
    .strictObject({
      stabilizationSeconds: integer(0, 3600)
        .optional()
        .describe('Time that is looked back over before replicas change, in seconds.'),
      percent: integer(1, 10_000)
        .optional()
        .describe(
          'Share of the pods that may change within a period, in percent. With or without pods it replaces both.',
        ),
      pods: integer(1, 1000)
        .optional()
        .describe('Number of pods that may change within a period; the larger of both counts.'),
      periodSeconds: integer(1, 1800).optional().describe('That period, in seconds.'),
    })
    .optional()
    .describe(words);

/** Replicas that follow the load. What is left out is the preset's. */
export const autoscaling = (about: string) =>
  z
    .strictObject({
      enabled: z.boolean().optional().describe('Whether replicas follow the load. Default: that of the preset.'),
      minReplicas: integer(1, 1000).optional().describe('Fewest replicas. Default: that of the preset.'),
      maxReplicas: integer(1, 1000).optional().describe('Most replicas. Default: that of the preset.'),
      cpuPercent: integer(1, 1000)
        .optional()
        .describe('Load to keep to, in percent of the CPU that pods request. Default: that of the preset.'),
      memoryPercent: integer(0, 1000)
        .optional()
        .describe(
          'Use to keep to, in percent of the memory that pods request; 0 = not by memory. Default: that of the preset.',
        ),
      scaleUp: direction('How fast replicas are added. Default: as the preset says.'),
      scaleDown: direction('How fast replicas are taken away. Default: as the preset says.'),
    })
    .prefault({})
    .describe(about);

export type AutoscalingSettings = z.output<ReturnType<typeof autoscaling>>;

/** What a preset says of the replicas of a workload. */
export interface ScalingPreset extends Omit<Scaling, 'behavior'> {
  readonly enabled: boolean;
  readonly behavior: NonNullable<Scaling['behavior']>;
}

/** The replicas of a workload by a preset and what the settings say themselves; undefined where no load decides. */
export function scalingBy(preset: ScalingPreset, given: AutoscalingSettings): Scaling | undefined {
  if (!(given.enabled ?? preset.enabled)) return undefined;
  const { behavior } = preset;
  const memoryPercent = given.memoryPercent ?? preset.memoryPercent ?? 0;
  return {
    minReplicas: given.minReplicas ?? preset.minReplicas,
    maxReplicas: given.maxReplicas ?? preset.maxReplicas,
    cpuPercent: given.cpuPercent ?? preset.cpuPercent,
    ...(memoryPercent > 0 ? { memoryPercent } : {}),
    behavior: {
      scaleUp: directionBy(behavior.scaleUp, given.scaleUp),
      scaleDown: directionBy(behavior.scaleDown, given.scaleDown),
    },
  };
}

function directionBy(preset: ScalingDirection, given: AutoscalingSettings['scaleUp']): ScalingDirection {
  if (given === undefined) return preset;
  const amounts = given.percent === undefined && given.pods === undefined ? preset : given;
  return {
    stabilizationSeconds: given.stabilizationSeconds ?? preset.stabilizationSeconds,
    periodSeconds: given.periodSeconds ?? preset.periodSeconds,
    ...(amounts.percent === undefined ? {} : { percent: amounts.percent }),
    ...(amounts.pods === undefined ? {} : { pods: amounts.pods }),
  };
}
