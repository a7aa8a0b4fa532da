import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

export interface AutoscalerArgs {
  readonly metadata: ObjectMeta;
  /** The workload, which must then name no replicas of its own. */
  readonly target: { readonly kind: 'Deployment' | 'StatefulSet'; readonly name: string };
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Load to keep to, in percent of the CPU that the pods request. */
  readonly cpuPercent: number;
}

/**
 * Scales a workload by its load. Sessions live in the memory of a pod and end with it, so a pod goes only after half an
 * hour of little load, and one at a time. A new one takes its time to start, so that its load is seen before the next.
 */
export function autoscaler(args: AutoscalerArgs): Described<'HorizontalPodAutoscaler'> {
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
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: args.cpuPercent } },
          },
        ],
        behavior: {
          scaleUp: { stabilizationWindowSeconds: 60, policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
          scaleDown: { stabilizationWindowSeconds: 1800, policies: [{ type: 'Pods', value: 1, periodSeconds: 600 }] },
        },
      },
    },
  };
}
