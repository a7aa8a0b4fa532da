import type { IPodSpec } from 'kubernetes-models/v1';
import type { PlannedObject } from '../../system/planned-object';
import { rehashed } from './job';

/** What an object makes its pods of. */
export type PodTemplate = NonNullable<PlannedObject<'Deployment'>['spec']>['template'];

/** The template of the pods that an object makes; undefined of a kind that makes none. Every kind is named, so that a new one is decided about. */
export function templateOf(object: PlannedObject): PodTemplate | undefined {
  switch (object.kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'Job':
      return object.spec?.template;
    case 'CronJob':
      return object.spec?.jobTemplate.spec?.template;
    case 'Application':
    case 'BackendTrafficPolicy':
    case 'Certificate':
    case 'CiliumNetworkPolicy':
    case 'Cluster':
    case 'ClusterIssuer':
    case 'ConfigMap':
    case 'Database':
    case 'ExternalSecret':
    case 'HTTPRoute':
    case 'HorizontalPodAutoscaler':
    case 'ImageUpdater':
    case 'Ingress':
    case 'LimitRange':
    case 'Issuer':
    case 'Middleware':
    case 'Namespace':
    case 'NetworkPolicy':
    case 'ObjectStore':
    case 'PersistentVolumeClaim':
    case 'PodDisruptionBudget':
    case 'PodMonitor':
    case 'Pooler':
    case 'Probe':
    case 'PrometheusRule':
    case 'ReferenceGrant':
    case 'ResourceQuota':
    case 'Role':
    case 'RoleBinding':
    case 'ScheduledBackup':
    case 'SealedSecret':
    case 'Secret':
    case 'SecurityPolicy':
    case 'Service':
    case 'ServiceAccount':
    case 'ServiceMonitor':
    case 'StepClusterIssuer':
      return undefined;
    default:
      return object satisfies never;
  }
}

/** The same object with another template; a Job has another name then, see `runOnceJob`. */
export function withTemplate<O extends PlannedObject>(object: O, template: PodTemplate): O {
  const changed = replaced(object, template) as O;
  return changed.kind === 'Job' ? (rehashed(changed) as O) : changed;
}

function replaced(object: PlannedObject, template: PodTemplate): object {
  if (object.kind !== 'CronJob') return { ...object, spec: { ...(object as { spec?: object }).spec, template } };
  const { jobTemplate, ...spec } = object.spec ?? { jobTemplate: {} };
  return { ...object, spec: { ...spec, jobTemplate: { ...jobTemplate, spec: { ...jobTemplate.spec, template } } } };
}

/** The labels of the pods of a template. */
export function labelsOfPods({ metadata }: PodTemplate): Readonly<Record<string, string>> {
  return metadata?.labels ?? {};
}

/** Every container of a pod, those that run before the others included. */
export function containersOf(pod: IPodSpec) {
  return [...(pod.initContainers ?? []), ...pod.containers];
}
