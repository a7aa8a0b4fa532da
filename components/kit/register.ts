import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import type { Described, DescribedObjects, KubernetesObject } from './object';

/**
 * Field manager of every write. It is fixed and forces, because the provider otherwise takes a random manager for each
 * object, previews with force and applies without, so that a green preview can fail in `up`.
 */
export const fieldManager = 'memory-fleet';

/** What the engine must know about an object beyond the object itself. */
type Registered = Readonly<Record<string, pulumi.CustomResource>>;

/**
 * Registers described objects below a component, in their order; the namespace comes before all others.
 *
 * @param name Logical name of the component; an object's is `<name>-<key>`.
 * @returns the resources by the keys of the description.
 */
export function registerObjects(name: string, objects: DescribedObjects, parent: pulumi.ComponentResource): Registered {
  const resources: Record<string, pulumi.CustomResource> = {};
  for (const [key, described] of Object.entries(objects)) {
    const prerequisites = ['namespace', ...(described.after ?? [])].filter((other) => other !== key);
    const dependsOn = prerequisites.flatMap((other) => resources[other] ?? []);
    const options = pulumi.mergeOptions(resourceOptions(described), { parent, dependsOn });
    resources[key] = typed(`${name}-${key}`, engineObject(described.object), options);
  }
  return resources;
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
function engineTimeout(object: KubernetesObject): string | undefined {
  const { spec } = object as { spec?: { progressDeadlineSeconds?: number } };
  return spec?.progressDeadlineSeconds === undefined ? undefined : `${spec.progressDeadlineSeconds + 60}s`;
}

/**
 * Kinds whose readiness says nothing that a later object does not say better. Claims of a class that waits for the first
 * consumer are bound only by their pod; a Service costs ten seconds of settling time, and its Deployment's readiness counts.
 */
const awaitedElsewhere: ReadonlySet<string> = new Set(['PersistentVolumeClaim', 'Service']);

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
        ...(awaitedElsewhere.has(object.kind) ? { 'pulumi.com/skipAwait': 'true' } : {}),
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
  'apps/v1/Deployment': () => k8s.apps.v1.Deployment,
};

/** Groups whose kinds are custom resources, for which the provider has no classes of their own. */
const customResourceGroups: ReadonlySet<string> = new Set(['gateway.networking.k8s.io']);

function typed(name: string, object: KubernetesObject, options: pulumi.CustomResourceOptions): pulumi.CustomResource {
  const type = `${object.apiVersion}/${object.kind}`;
  const resource = typedResources[type]?.();
  if (resource) return new resource(name, object as never, options);
  if (customResourceGroups.has(object.apiVersion.split('/')[0] ?? '')) {
    return new k8s.apiextensions.CustomResource(name, object as never, options);
  }
  throw new Error(`${name}: kind ${type} is not registered yet; add it to components/kit/register.ts`);
}
