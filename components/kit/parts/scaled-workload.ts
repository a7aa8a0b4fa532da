import type { IPodSpec } from 'kubernetes-models/v1';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
import { deployment } from '../objects/deployment';
import { autoscaler, type Scaling } from '../objects/horizontal-pod-autoscaler';
import { imagesOf, spreadOverNodes } from '../objects/pod';
import { disruptionBudget } from '../objects/pod-disruption-budget';
import { unpinnedWaiver } from './pinning';

/** How many pods a workload has. */
export interface Replicas {
  /** Absent where the number is fixed. */
  readonly scaling?: Scaling | undefined;
  /** Number of pods where nothing scales them. @default 1 */
  readonly replicas?: number | undefined;
}

export interface ScaledWorkloadArgs extends Replicas {
  /** Name of the Deployment. */
  readonly name: string;
  /** Name of the autoscaler. @default the workload's, and -hpa */
  readonly autoscalerName?: string;
  readonly metadata: (name: string) => ObjectMeta;
  /** Labels by which the Deployment knows its pods. */
  readonly selector: Readonly<Record<string, string>>;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly podAnnotations: Readonly<Record<string, string>>;
  readonly rollout: 'recreate' | 'rolling';
  /** Time after which Kubernetes calls a rollout failed, in seconds. */
  readonly progressSeconds: number;
  readonly pod: IPodSpec;
  /** Keys of the objects that the pods need, all of which are in the plan. */
  readonly after: readonly string[];
  /** Containers that talk to servers of others, see `Described.reachesOut`. @default none */
  readonly reachesOut?: readonly string[] | undefined;
  readonly imageUnpinnedReason?: string | undefined;
}

export interface ScaledWorkload {
  readonly deployment: Described<'Deployment'>;
  /** Absent where the number of pods is fixed. */
  readonly autoscaler?: Described<'HorizontalPodAutoscaler'>;
  /** Absent for one pod. */
  readonly budget?: Described<'PodDisruptionBudget'>;
}

/** Whether there may be several pods at the same time. */
export function isSeveral({ replicas = 1, scaling }: Replicas): boolean {
  return scaling !== undefined || replicas > 1;
}

/** Where several pods should run; nothing for one. */
export function spreadOf(args: Replicas & Pick<ScaledWorkloadArgs, 'selector'>) {
  return isSeveral(args) ? spreadOverNodes(args.selector) : {};
}

/** Pods that are alike, what scales them, and what keeps a drained node from taking them all. */
export function scaledWorkload(args: ScaledWorkloadArgs): ScaledWorkload {
  const { autoscalerName = `${args.name}-hpa`, metadata, name, replicas, scaling, selector } = args;
  const workload = deployment({
    metadata: metadata(name),
    selector,
    podLabels: args.podLabels,
    podAnnotations: args.podAnnotations,
    ...(scaling ? { replicas: 'autoscaled' as const } : replicas === undefined ? {} : { replicas }),
    rollout: args.rollout,
    progressSeconds: args.progressSeconds,
    pod: args.pod,
  });
  return {
    deployment: {
      ...workload,
      after: args.after,
      reachesOut: args.reachesOut ?? [],
      waivers: unpinnedWaiver(args.imageUnpinnedReason, ...imagesOf(args.pod)),
    },
    ...(scaling
      ? {
          autoscaler: autoscaler({
            metadata: metadata(autoscalerName),
            target: { kind: 'Deployment', name },
            ...scaling,
          }),
        }
      : {}),
    ...(isSeveral(args) ? { budget: disruptionBudget({ metadata: metadata(name), selector }) } : {}),
  };
}

/** These objects under keys made of the workload's name. */
export function scaledWorkloadObjects(name: string, workload: ScaledWorkload): Record<string, Described> {
  return {
    [name]: workload.deployment,
    ...(workload.autoscaler ? { [`${name}-hpa`]: { ...workload.autoscaler, after: [name] } } : {}),
    ...(workload.budget ? { [`${name}-budget`]: workload.budget } : {}),
  };
}
