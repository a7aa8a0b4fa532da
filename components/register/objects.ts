import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { rolloutDeadlines } from '../kit/objects/pod';
import type { SecretPath } from '../kit/settings/secret-source';
import type { ChartRelease } from '../system/chart';
import type { Described, DescribedObjects, KubernetesObject } from '../system/described';
import type { PlannedObject } from '../system/planned-object';
import { registerChart } from './charts';
import { customResourceGroups, sdkModule } from './kinds';
import { withoutStackTraces } from './stack-traces';
import { engineObject } from './written';

/** The value of a secret by its path in the map of secrets; undefined where there is none. */
export type SecretValues = (path: SecretPath) => pulumi.Input<string> | undefined;

/**
 * Registers described objects below a component. Each comes after the namespace, after the charts, which come after the
 * namespace too, and after those that it names.
 *
 * @param name Logical name of the component; an object's is `<name>-<key>`.
 * @param secrets Values of the secrets that the objects refer to.
 * @returns the resources by the keys of the description.
 */
export function registerObjects(
  name: string,
  objects: DescribedObjects,
  parent: pulumi.ComponentResource,
  secrets: SecretValues,
  charts: readonly ChartRelease[] = [],
): Readonly<Record<string, pulumi.CustomResource>> {
  const resources: Record<string, pulumi.CustomResource> = {};
  const installed: pulumi.Resource[] = [];
  const register = (key: string): pulumi.CustomResource | undefined => {
    const described = objects[key];
    if (!described || resources[key]) return resources[key];
    const prerequisites = key === 'namespace' ? [] : ['namespace', ...(described.after ?? [])];
    const dependsOn = [
      ...prerequisites.flatMap((other) => register(other) ?? []),
      ...(key === 'namespace' ? [] : installed),
    ];
    const options = pulumi.mergeOptions(resourceOptions(described), { parent, dependsOn });
    const object = engineObject(withSecretValues(described.object, secrets), described.awaited);
    resources[key] = withoutStackTraces(() => typed(`${name}-${key}`, object, options));
    return resources[key];
  };
  const namespace = register('namespace');
  for (const release of charts) {
    const dependsOn = namespace ? [namespace] : [];
    installed.push(registerChart(`${name}-${release.chart}`, release, { parent, dependsOn }));
  }
  for (const key of Object.keys(objects)) register(key);
  return resources;
}

/** Puts secret values in the place of their references. They stay secret: encrypted in state, hidden in every output. */
function withSecretValues(object: PlannedObject, secrets: SecretValues): KubernetesObject {
  if (object.kind !== 'Secret') return object;
  const values = Object.entries(object.stringData).map(([key, { secret }]) => {
    const value = secrets(secret);
    if (value === undefined) {
      throw new Error(`Secret ${object.metadata.name}: no value given for secrets.${secret.join('.')}`);
    }
    return [key, pulumi.secret(value)];
  });
  return Object.assign({ ...object }, { stringData: Object.fromEntries(values) });
}

/** Options that follow from the description alone. */
export function resourceOptions(described: Described): pulumi.CustomResourceOptions {
  const timeout = engineTimeout(described);
  return {
    // `protect` makes every plan that deletes or replaces the object fail; `retainOnDelete` keeps the object on the
    // cluster when its resource is given up on purpose.
    ...(described.holdsData ? { protect: true, retainOnDelete: true } : {}),
    ...(timeout ? { customTimeouts: { create: timeout, update: timeout } } : {}),
  };
}

/** The engine gives up after Kubernetes itself has called a rollout failed, so that its reason is the one shown. */
function engineTimeout({ endsWithinSeconds, object }: Described): string | undefined {
  const seconds =
    object.kind === 'StatefulSet'
      ? statefulSetSeconds(object)
      : object.kind === 'Deployment'
        ? object.spec?.progressDeadlineSeconds
        : endsWithinSeconds;
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

type Constructor = new (name: string, args: never, options: pulumi.CustomResourceOptions) => pulumi.CustomResource;

/** The provider's SDK by group, version and kind; each part is loaded when it is asked for. */
const classes = k8s as unknown as Readonly<Record<string, Record<string, Record<string, Constructor>>>>;

function typed(name: string, object: KubernetesObject, options: pulumi.CustomResourceOptions): pulumi.CustomResource {
  const { apiVersion, kind } = object;
  const module = sdkModule(apiVersion, kind);
  const Resource = module && classes[module.group]?.[module.version]?.[kind];
  if (Resource) return new Resource(name, object as never, options);
  if (customResourceGroups.has(apiVersion.split('/')[0] ?? '')) {
    return new k8s.apiextensions.CustomResource(name, object as never, options);
  }
  throw new Error(`${name}: kind ${apiVersion}/${kind} is not known to components/register/kinds.ts`);
}
