import type { IPodSpec } from 'kubernetes-models/v1';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
import { workloadSelector } from './labels';

export interface DeploymentArgs {
  readonly metadata: ObjectMeta;
  /** Labels by which the Deployment knows its pods. They never change. */
  readonly selector: Readonly<Record<string, string>>;
  /** Labels of the pods, those of the selector among them. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Annotations of the pods; a changed one starts them anew. @default none */
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** Number of pods, or `autoscaled` where an autoscaler owns it. @default 1 */
  readonly replicas?: number | 'autoscaled';
  /**
   * `recreate`: the old pod ends before the new one starts, as a volume of one node demands. `rolling`: the new pod
   * serves before the old one ends.
   * @default recreate
   */
  readonly rollout?: 'recreate' | 'rolling';
  /** Time after which Kubernetes calls a rollout failed, in seconds. */
  readonly progressSeconds: number;
  readonly pod: IPodSpec;
}

/** A workload whose pods are alike. */
export function deployment(args: DeploymentArgs): Described<'Deployment'> {
  const { replicas = 1 } = args;
  return {
    object: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: args.metadata,
      spec: {
        ...(replicas === 'autoscaled' ? {} : { replicas }),
        strategy:
          args.rollout === 'rolling'
            ? { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
            : { type: 'Recreate' },
        progressDeadlineSeconds: args.progressSeconds,
        revisionHistoryLimit: 3,
        selector: { matchLabels: workloadSelector(args.selector) },
        template: {
          metadata: { labels: { ...args.podLabels }, annotations: { ...args.podAnnotations } },
          spec: args.pod,
        },
      },
    },
  };
}
