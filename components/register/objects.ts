import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { rolloutDeadlines } from '../kit/objects/pod';
import type { Described, DescribedObjects, KubernetesObject } from '../system/described';
import type { PlannedObject } from '../system/planned-object';
import { withoutStackTraces } from './stack-traces';

/**
 * Field manager of every write. It is fixed and forces, because the provider otherwise takes a random manager for each
 * object, previews with force and applies without, so that a green preview can fail in `up`.
 */
export const fieldManager = 'memory-fleet';

/** Secret values by their keys in the stack file. */
export type SecretValues = Readonly<Record<string, pulumi.Input<string>>>;

/**
 * Registers described objects below a component. Each comes after the namespace and after those that it names.
 *
 * @param name Logical name of the component; an object's is `<name>-<key>`.
 * @param secrets Values of the secrets that the objects refer to.
 * @returns the resources by the keys of the description.
 */
export function registerObjects(
  name: string,
  objects: DescribedObjects,
  parent: pulumi.ComponentResource,
  secrets: SecretValues = {},
): Readonly<Record<string, pulumi.CustomResource>> {
  const resources: Record<string, pulumi.CustomResource> = {};
  const register = (key: string): pulumi.CustomResource | undefined => {
    const described = objects[key];
    if (!described || resources[key]) return resources[key];
    const prerequisites = key === 'namespace' ? [] : ['namespace', ...(described.after ?? [])];
    const dependsOn = prerequisites.flatMap((other) => register(other) ?? []);
    const options = pulumi.mergeOptions(resourceOptions(described), { parent, dependsOn });
    const object = engineObject(withSecretValues(described.object, secrets));
    resources[key] = withoutStackTraces(() => typed(`${name}-${key}`, object, options));
    return resources[key];
  };
  for (const key of Object.keys(objects)) register(key);
  return resources;
}

/** Puts secret values in the place of their references. They stay secret: encrypted in state, hidden in every output. */
function withSecretValues(object: PlannedObject, secrets: SecretValues): KubernetesObject {
  if (object.kind !== 'Secret') return object;
  const values = Object.entries(object.stringData).map(([key, { encryptedConfigKey }]) => {
    const value = secrets[encryptedConfigKey];
    if (value === undefined)
      throw new Error(`Secret ${object.metadata.name}: no value given for ${encryptedConfigKey}`);
    return [key, pulumi.secret(value)];
  });
  return Object.assign({ ...object }, { stringData: Object.fromEntries(values) });
}

/** Options that follow from the description alone. */
export function resourceOptions(described: Described): pulumi.CustomResourceOptions {
  const timeout = engineTimeout(described.object);
  return {
    // `protect` makes every plan that deletes or replaces the object fail; `retainOnDelete` keeps the object on the
    // cluster when its resource is given up on purpose.
    ...(described.holdsData ? { protect: true, retainOnDelete: true } : {}),
    ...(timeout ? { customTimeouts: { create: timeout, update: timeout } } : {}),
  };
}

/** The engine gives up after Kubernetes itself has called a rollout failed, so that its reason is the one shown. */
function engineTimeout(object: PlannedObject): string | undefined {
  const seconds =
    object.kind === 'StatefulSet'
      ? statefulSetSeconds(object)
      : object.kind === 'Deployment'
        ? object.spec?.progressDeadlineSeconds
        : undefined;
  return seconds === undefined ? undefined : `${seconds + 60}s`;
}

/**
 * A StatefulSet has no deadline of its own, so what its pods may take counts: the startup probe of the slowest container,
 * for one pod after the other.
 */
function statefulSetSeconds({ spec }: PlannedObject<'StatefulSet'>): number | undefined {
  const probes = (spec?.template.spec?.containers ?? []).flatMap(({ startupProbe }) => startupProbe ?? []);
  const starts = probes.map(
    ({ initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 }) =>
      initialDelaySeconds + periodSeconds * failureThreshold,
  );
  return starts.length > 0 ? rolloutDeadlines(Math.max(...starts) * (spec?.replicas ?? 1)).progress : undefined;
}

/**
 * Kinds that the engine does not wait for, because their readiness says nothing that a later object does not say better,
 * or because it may be long in coming:
 *
 * - claims: those of a class that waits for the first consumer are bound only by their pod;
 * - Services: ten seconds of settling time each, and the readiness of their workload counts;
 * - Jobs: the provider waits for their end, so that an `up` would last as long as the work and fail with it. Work that
 *   takes hours goes on after `up`; nor does the engine wait for the end of the pods of a Job that it removes;
 * - Ingresses: the provider waits for an address in their status, which a controller on node ports never writes.
 */
const notAwaited: ReadonlySet<string> = new Set(['PersistentVolumeClaim', 'Service', 'Job', 'Ingress']);

/** The object as the engine gets it: with the annotations that steer the provider. */
export function engineObject(object: KubernetesObject): KubernetesObject {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: {
        ...object.metadata.annotations,
        'pulumi.com/patchFieldManager': fieldManager,
        'pulumi.com/patchForce': 'true',
        ...(notAwaited.has(object.kind) ? { 'pulumi.com/skipAwait': 'true' } : {}),
      },
    },
  };
}

type Constructor = new (name: string, args: never, options: pulumi.CustomResourceOptions) => pulumi.CustomResource;

const typedResources: Readonly<Record<string, () => Constructor>> = {
  'v1/Namespace': () => k8s.core.v1.Namespace,
  'v1/ServiceAccount': () => k8s.core.v1.ServiceAccount,
  'v1/PersistentVolumeClaim': () => k8s.core.v1.PersistentVolumeClaim,
  'v1/Service': () => k8s.core.v1.Service,
  'v1/ConfigMap': () => k8s.core.v1.ConfigMap,
  'v1/Secret': () => k8s.core.v1.Secret,
  'v1/ResourceQuota': () => k8s.core.v1.ResourceQuota,
  'apps/v1/Deployment': () => k8s.apps.v1.Deployment,
  'apps/v1/StatefulSet': () => k8s.apps.v1.StatefulSet,
  'autoscaling/v2/HorizontalPodAutoscaler': () => k8s.autoscaling.v2.HorizontalPodAutoscaler,
  'batch/v1/CronJob': () => k8s.batch.v1.CronJob,
  'batch/v1/Job': () => k8s.batch.v1.Job,
  'networking.k8s.io/v1/Ingress': () => k8s.networking.v1.Ingress,
  'networking.k8s.io/v1/NetworkPolicy': () => k8s.networking.v1.NetworkPolicy,
  'policy/v1/PodDisruptionBudget': () => k8s.policy.v1.PodDisruptionBudget,
  'rbac.authorization.k8s.io/v1/Role': () => k8s.rbac.v1.Role,
  'rbac.authorization.k8s.io/v1/RoleBinding': () => k8s.rbac.v1.RoleBinding,
};

/** Kinds of objects that this program may ever have put on a cluster and that Kubernetes brings along, as `<version>/<kind>`. */
export const builtInKinds: readonly string[] = Object.keys(typedResources);

/** Groups whose kinds are custom resources, for which the provider has no classes of their own. */
export const customResourceGroups: ReadonlySet<string> = new Set([
  'argocd-image-updater.argoproj.io',
  'argoproj.io',
  'cilium.io',
  'external-secrets.io',
  'gateway.envoyproxy.io',
  'gateway.networking.k8s.io',
  'monitoring.coreos.com',
]);

function typed(name: string, object: KubernetesObject, options: pulumi.CustomResourceOptions): pulumi.CustomResource {
  const type = `${object.apiVersion}/${object.kind}`;
  const resource = typedResources[type]?.();
  if (resource) return new resource(name, object as never, options);
  if (customResourceGroups.has(object.apiVersion.split('/')[0] ?? '')) {
    return new k8s.apiextensions.CustomResource(name, object as never, options);
  }
  throw new Error(`${name}: kind ${type} is not known to components/register/objects.ts`);
}
