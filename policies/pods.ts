import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import type { KubernetesObject } from '../components/system/described';

interface Template {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: IPodSpec;
}

interface WithTemplate {
  readonly spec?: {
    readonly template?: Template;
    readonly jobTemplate?: { readonly spec?: { readonly template?: Template } };
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

/** The labels of these pods. */
export function podLabelsOf(object: KubernetesObject): Readonly<Record<string, string>> {
  const { spec, metadata } = object as WithTemplate & KubernetesObject;
  const template = spec?.jobTemplate?.spec?.template ?? spec?.template;
  return (object.kind === 'Pod' ? metadata.labels : template?.metadata?.labels) ?? {};
}

/** Every container of a pod, those that run before the others included. */
export function containersOf(pod: IPodSpec): IContainer[] {
  return [...(pod.initContainers ?? []), ...pod.containers];
}
