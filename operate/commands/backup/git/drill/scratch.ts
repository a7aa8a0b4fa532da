import { randomBytes } from 'node:crypto';
import type { V1Secret } from '@kubernetes/client-node';
import type { SystemPlan } from '../../../../../components/system';
import type { DrillFacts } from '../../../../../components/system/drill';
import { Failure, messageOf, throwIfInterrupted } from '../../../../base/failure';
import { waitFor } from '../../../../base/wait';
import { type Api, create, get, remove } from '../../../../cluster/api';

/** Label of the namespace of a drill; its value is the namespace of the system that is tried out. */
export const drillLabel = 'memory-fleet.dev/drill';
/** Annotation with the moment at which a drill is over at the latest. */
export const endsAnnotation = 'memory-fleet.dev/drill-ends';

/** Name of the pod in the namespace of a drill. */
export const drillPod = 'restored';

/** Name for the namespace of a drill, new with every call. */
export function scratchName({ id }: SystemPlan): string {
  return `${id.slice(0, 45)}-drill-${randomBytes(4).toString('hex')}`;
}

/** Everything that a drill puts on the cluster, in the order in which it is created. */
export function scratchObjects(system: SystemPlan, drill: DrillFacts, namespace: string, ends: Date) {
  const labels = { 'app.kubernetes.io/part-of': 'memory-fleet', [drillLabel]: system.namespace };
  const metadata = (name: string) => ({ name, namespace, labels });
  return {
    namespace: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: namespace,
        labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'restricted' },
        annotations: { [endsAnnotation]: ends.toISOString() },
      },
    },
    // Before the pod, so that there is no moment in which it reaches anybody.
    policy: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: metadata('deny-all'),
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    },
    configMaps: Object.entries(drill.configMaps).map(([name, data]) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata(name),
      data,
    })),
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...metadata(drillPod),
        labels: { ...drill.metadata?.labels, ...labels },
        annotations: { ...drill.metadata?.annotations },
      },
      // A drill that was killed uses no memory for longer than it would have.
      spec: { ...drill.pod, activeDeadlineSeconds: Math.max(60, Math.round((ends.getTime() - Date.now()) / 1000)) },
    },
  };
}

/** The Secrets by which the system's pods pull their images, for the namespace of its drill; none that is not there. */
export async function pullSecretsFor(
  api: Api,
  system: SystemPlan,
  { metadata: { namespace }, spec }: ReturnType<typeof scratchObjects>['pod'],
): Promise<object[]> {
  const found = await Promise.all(
    (spec.imagePullSecrets ?? []).map(({ name }) =>
      get<V1Secret>(api, `/api/v1/namespaces/${system.namespace}/secrets/${name}`),
    ),
  );
  return found.flatMap((secret) => {
    if (!secret) return [];
    const { data, metadata, type } = secret;
    return [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: metadata?.name, namespace }, type, data }];
  });
}

/** Creates everything of a drill. @throws Failure where the cluster refuses */
export async function createScratch(
  api: Api,
  { configMaps, namespace, pod, policy }: ReturnType<typeof scratchObjects>,
  pullSecrets: readonly object[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const { name } = namespace.metadata;
  const within = `namespaces/${name}`;
  try {
    await create(api, '/api/v1/namespaces', namespace);
    await create(api, `/apis/networking.k8s.io/v1/${within}/networkpolicies`, policy);
    for (const configMap of configMaps) await create(api, `/api/v1/${within}/configmaps`, configMap);
    for (const secret of pullSecrets) await create(api, `/api/v1/${within}/secrets`, secret);
    // The cluster gives a namespace its account a moment later, and admits no pod before.
    const account = `/api/v1/${within}/serviceaccounts/default`;
    await waitFor(() => get(api, account), { period: 200, signal });
    await create(api, `/api/v1/${within}/pods`, pod);
  } catch (error) {
    throwIfInterrupted(signal);
    throw new Failure(
      `the namespace of the drill cannot be made: ${messageOf(error)}`,
      'use credentials that may create namespaces, policies and pods',
      { cause: error },
    );
  }
}

/** Seconds that a namespace may take to go. */
const removalSeconds = 120;

/** Removes the namespace of a drill with everything in it, and waits until it is gone. @throws Failure */
export async function removeScratch(api: Api, namespace: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}`;
  const remedy = `kubectl delete namespace ${namespace}`;
  try {
    await remove(api, path);
    const gone = async () => (await get(api, path)) === undefined || undefined;
    if ((await waitFor(gone, { seconds: removalSeconds })) === undefined) {
      throw new Error(`it is still ending after ${removalSeconds} s`);
    }
  } catch (error) {
    throw new Failure(`namespace ${namespace} is not removed: ${messageOf(error)}`, remedy, { cause: error });
  }
}
