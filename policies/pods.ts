import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import type { PlannedObject } from '../components/system/planned-object';

/** The pods of an object: what each of them is, and the labels by which others know it. */
interface Pods {
  readonly spec: IPodSpec;
  readonly labels: Readonly<Record<string, string>>;
}

/** The pods that an object makes; undefined of a kind that makes none. Every kind is named, so that a new one is decided about. */
function podsOf(object: PlannedObject): Pods | undefined {
  switch (object.kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'Job':
      return ofTemplate(object.spec?.template);
    case 'CronJob':
      return ofTemplate(object.spec?.jobTemplate.spec?.template);
    case 'Application':
    case 'BackendTrafficPolicy':
    case 'CiliumNetworkPolicy':
    case 'ConfigMap':
    case 'ExternalSecret':
    case 'HTTPRoute':
    case 'HorizontalPodAutoscaler':
    case 'ImageUpdater':
    case 'Ingress':
    case 'Namespace':
    case 'NetworkPolicy':
    case 'PersistentVolumeClaim':
    case 'PodDisruptionBudget':
    case 'Probe':
    case 'PrometheusRule':
    case 'ResourceQuota':
    case 'Role':
    case 'RoleBinding':
    case 'Secret':
    case 'SecurityPolicy':
    case 'Service':
    case 'ServiceAccount':
    case 'ServiceMonitor':
      return undefined;
    default:
      return object satisfies never;
  }
}

type Template = NonNullable<PlannedObject<'Deployment'>['spec']>['template'];

function ofTemplate(template: Template | undefined): Pods | undefined {
  return template?.spec && { spec: template.spec, labels: template.metadata?.labels ?? {} };
}

/** The pod that an object makes, if it is of a kind that makes pods. */
export function podOf(object: PlannedObject): IPodSpec | undefined {
  return podsOf(object)?.spec;
}

/** The labels of these pods. */
export function podLabelsOf(object: PlannedObject): Readonly<Record<string, string>> {
  return podsOf(object)?.labels ?? {};
}

/** Every container of a pod, those that run before the others included. */
export function containersOf(pod: IPodSpec): IContainer[] {
  return [...(pod.initContainers ?? []), ...pod.containers];
}
