import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import type { KubernetesObject } from '../components/kit/object';

interface WithTemplate {
  readonly spec?: {
    readonly template?: { readonly spec?: IPodSpec };
    readonly jobTemplate?: { readonly spec?: { readonly template?: { readonly spec?: IPodSpec } } };
  };
}

/** The pod that an object makes, if it is of a kind that makes pods. */
export function podOf(object: KubernetesObject): IPodSpec | undefined {
  const { spec } = object as WithTemplate;
  switch (object.kind) {
    case 'Pod':
      return (object as { spec?: IPodSpec }).spec;
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'Job':
      return spec?.template?.spec;
    case 'CronJob':
      return spec?.jobTemplate?.spec?.template?.spec;
    default:
      return undefined;
  }
}

/** Every container of a pod, those that run before the others included. */
export function containersOf(pod: IPodSpec): IContainer[] {
  return [...(pod.initContainers ?? []), ...pod.containers];
}
