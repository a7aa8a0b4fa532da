import { Failure } from '../base/failure';
import { type Limit, type Waiting, waitFor } from '../base/wait';
import { type Api, get } from './api';
import { startProblem } from './pod-status';
import { podsWith } from './pods';

/** A workload whose pods are made anew together. */
export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly name: string;
  readonly namespace: string;
}

/** What the API server says of a workload. */
interface Live {
  readonly metadata: { readonly generation: number };
  readonly spec: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
  };
}

function pathOf({ kind, name, namespace }: Workload): string {
  return `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`;
}

/**
 * Makes every pod of a workload anew, as `kubectl rollout restart` and the restart of Argo CD do: by an annotation that
 * neither the stack nor the overlay describes. It belongs to a field manager of its own, so that an update of the stack
 * leaves it alone and restarts nothing.
 *
 * @throws Failure when there is no such workload or it may not be changed
 */
export async function restartWorkload(api: Api, workload: Workload): Promise<void> {
  const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
  const { status } = await api.send('PATCH', `${pathOf(workload)}?fieldManager=memory-fleet-restart`, {
    body: { spec: { template: { metadata: { annotations } } } },
    contentType: 'application/strategic-merge-patch+json',
  });
  if (status < 300) return;
  const { kind, name, namespace } = workload;
  const message = `${kind} ${namespace}/${name} cannot be restarted (status ${status})`;
  throw new Failure(message, status === 404 ? 'run `pulumi up` first' : 'check your rights on the cluster');
}

/**
 * Waits until every pod of a workload is a new one and ready.
 * @throws Failure when that takes more than `seconds`; Interrupted
 */
export async function waitForRollout(api: Api, workload: Workload, waiting: Waiting & Limit): Promise<void> {
  const rolledOut = async () => {
    const live = await get<Live>(api, pathOf(workload));
    return live !== undefined && isRolledOut(live) ? live : undefined;
  };
  if ((await waitFor(rolledOut, waiting)) !== undefined) return;
  const { kind, name, namespace } = workload;
  const look = `look at it: kubectl -n ${namespace} rollout status ${kind.toLowerCase()}/${name}`;
  const why = await reasonOf(api, workload);
  throw new Failure(`after ${waiting.seconds} s ${kind} ${namespace}/${name} is not rolled out${why}`, look);
}

/** What the pods say of themselves, such as an image that cannot be pulled. */
async function reasonOf(api: Api, workload: Workload): Promise<string> {
  const labels = (await get<Live>(api, pathOf(workload)))?.spec.selector?.matchLabels;
  if (labels === undefined) return '';
  const problems = (await podsWith(api, workload.namespace, labels)).flatMap((pod) => startProblem(pod) ?? []);
  return problems.length > 0 ? `: ${[...new Set(problems)].join('; ')}` : '';
}

/** Whether the controller has seen the newest description, and every pod is of it and ready. */
export function isRolledOut({ metadata, spec, status = {} }: Live): boolean {
  const wanted = spec.replicas ?? 1;
  const counts = [status.replicas, status.updatedReplicas, status.readyReplicas];
  return (status.observedGeneration ?? 0) >= metadata.generation && counts.every((count = 0) => count === wanted);
}
