import type { IPodSpec } from 'kubernetes-models/v1';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
import { workloadSelector } from './labels';

export interface StatefulSetArgs {
  readonly metadata: ObjectMeta;
  /** Labels by which the StatefulSet knows its pods. They never change. */
  readonly selector: Readonly<Record<string, string>>;
  /** Labels of the pods, those of the selector among them. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Annotations of the pods; a changed one starts them anew. @default none */
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** @default 1 */
  readonly replicas?: number;
  /** Headless Service that gives the pods their names. */
  readonly serviceName: string;
  /** The pod. Its volumes are claims of their own: those of a template can be neither protected nor grown. */
  readonly pod: IPodSpec;
}

/** A workload whose pods keep their names. */
export function statefulSet(args: StatefulSetArgs): Described<'StatefulSet'> {
  return {
    object: {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: args.metadata,
      spec: {
        replicas: args.replicas ?? 1,
        serviceName: args.serviceName,
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
