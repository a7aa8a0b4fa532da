import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

/** How fast replicas change; of share and number the larger counts. */
export interface ScalingDirection {
  /** Time that is looked back over, in seconds: the least change asked for within it is made. */
  readonly stabilizationSeconds: number;
  readonly percent?: number;
  readonly pods?: number;
  readonly periodSeconds: number;
}

/** How many replicas there are, and what decides. */
export interface Scaling {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Load to keep to, in percent of the CPU that the pods request. */
  readonly cpuPercent: number;
  /** Use to keep to, in percent of the memory that the pods request. @default memory decides nothing */
  readonly memoryPercent?: number;
  /** @default that of servers with sessions */
  readonly behavior?: { readonly scaleUp: ScalingDirection; readonly scaleDown: ScalingDirection };
}

export interface AutoscalerArgs extends Scaling {
  readonly metadata: ObjectMeta;
  /** The workload, which must then name no replicas of its own. */
  readonly target: { readonly kind: 'Deployment' | 'StatefulSet'; readonly name: string };
}

/**
 * Sessions live in the memory of a pod and end with it, so a pod goes only after half an hour of little load, and one at a
 * time. A new one takes its time to start, so that its load is seen before the next.
 */
const ofSessions: NonNullable<Scaling['behavior']> = {
  scaleUp: { stabilizationSeconds: 60, pods: 1, periodSeconds: 60 },
  scaleDown: { stabilizationSeconds: 1800, pods: 1, periodSeconds: 600 },
};

/** Scales a workload by its load. */
export function autoscaler(args: AutoscalerArgs): Described<'HorizontalPodAutoscaler'> {
  const { behavior = ofSessions } = args;
  return {
    object: {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: args.metadata,
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', ...args.target },
        minReplicas: args.minReplicas,
        maxReplicas: args.maxReplicas,
        metrics: [
          utilization('cpu', args.cpuPercent),
          ...(args.memoryPercent === undefined ? [] : [utilization('memory', args.memoryPercent)]),
        ],
        behavior: { scaleUp: rules(behavior.scaleUp), scaleDown: rules(behavior.scaleDown) },
      },
    },
  };
}

function utilization(name: 'cpu' | 'memory', averageUtilization: number) {
  return { type: 'Resource', resource: { name, target: { type: 'Utilization', averageUtilization } } };
}

function rules({ percent, periodSeconds, pods, stabilizationSeconds }: ScalingDirection) {
  return {
    stabilizationWindowSeconds: stabilizationSeconds,
    policies: [
      ...(percent === undefined ? [] : [{ type: 'Percent', value: percent, periodSeconds }]),
      ...(pods === undefined ? [] : [{ type: 'Pods', value: pods, periodSeconds }]),
    ],
  };
}
