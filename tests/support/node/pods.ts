import type { V1Pod, V1PodSpec } from '@kubernetes/client-node';
import type { ChildResult } from '../../../operate/base/child';
import { runChild } from '../../../operate/base/child';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { waitFor } from '../../../operate/base/wait';
import { type Api, connect, create, get } from '../../../operate/cluster/api';
import { toolPath } from '../../../operate/toolchain';
import { toolEnvironment } from '../../../operate/toolchain/environment';
import { controlPlane } from '../cluster/control-plane';
import { toolImage } from '../images';
import { inWords } from './in-words';

/** A script that does nothing until the pod ends. */
export const waits = 'trap exit TERM; while :; do sleep 1; done';

/** How a pod of a test differs from one that waits. */
export interface PodOptions {
  /** @default `app`: its name */
  readonly labels?: Readonly<Record<string, string>>;
  /** What its shell runs. @default {@link waits} */
  readonly script?: string;
  readonly spec?: Partial<V1PodSpec>;
  readonly container?: object;
}

/** A pod of the tests' own tool, as a namespace with Pod Security `restricted` admits it. */
export function toolPod(name: string, options: PodOptions = {}) {
  const { container, labels = { app: name }, script = waits, spec } = options;
  const closed = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true };
  const main = { name: 'main', image: toolImage, command: ['sh', '-c', script], securityContext: closed, ...container };
  const user = { runAsNonRoot: true, runAsUser: 1000, fsGroup: 2000, seccompProfile: { type: 'RuntimeDefault' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: { terminationGracePeriodSeconds: 1, securityContext: user, containers: [main], ...spec },
  };
}

export type ToolPod = ReturnType<typeof toolPod>;

/** The API server of the node of this layer. */
export function nodeApi(): Promise<Api> {
  return connect(controlPlane().cluster.kubeconfig);
}

/** Makes a namespace that enforces `restricted`, and pods in it. */
export async function place(api: Api, namespace: string, ...pods: readonly ToolPod[]): Promise<void> {
  const within = `/api/v1/namespaces/${namespace}`;
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await create(api, '/api/v1/namespaces', { metadata: { name: namespace, labels } });
  await waitFor(() => get(api, `${within}/serviceaccounts/default`), { seconds: 30, period: 100 });
  for (const pod of pods) await create(api, `${within}/pods`, pod);
}

/** Pods of a namespace. */
export async function podsOf(namespace: string): Promise<readonly V1Pod[]> {
  return (await get<{ items: V1Pod[] }>(await nodeApi(), `/api/v1/namespaces/${namespace}/pods`))?.items ?? [];
}

/** Whether a pod says that it is ready. */
export function isReady({ metadata, status }: V1Pod): boolean {
  if (metadata?.deletionTimestamp) return false;
  return status?.conditions?.some(({ type, status: holds }) => type === 'Ready' && holds === 'True') === true;
}

/**
 * Waits until so many pods of a namespace are ready.
 *
 * @throws Error with what the pods of the namespace say of themselves, after `seconds`
 */
export async function podsReady(
  namespace: string,
  has: (pod: V1Pod) => boolean,
  count = 1,
  seconds = 120,
): Promise<readonly V1Pod[]> {
  const look = async () => {
    const ready = (await podsOf(namespace)).filter((pod) => has(pod) && isReady(pod));
    return ready.length >= count ? ready : undefined;
  };
  const ready = await waitFor(look, { seconds, period: 250 });
  if (ready) return ready;
  throw new Error(`${count} pods of namespace ${namespace} are not ready after ${seconds} s\n${await told(namespace)}`);
}

/** Does something with pods of namespaces; where that fails, the error says what they say of themselves. */
export async function explained<T>(namespaces: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const all = await Promise.all(namespaces.map(told));
    error.message = `${error.message}\n${all.join('\n')}`;
    throw error;
  }
}

/** kubectl with the kubeconfig of the node of this layer. */
export function kubectl(...args: readonly string[]): Promise<ChildResult> {
  const { cluster, folder, tools } = controlPlane();
  const env = toolEnvironment(fleetHomeAt(folder));
  return runChild(toolPath(tools, 'kubectl'), ['--kubeconfig', cluster.kubeconfig, ...args], { env });
}

/** Runs a program in a pod. @param pod its name, with `-c` and the container's where it has several */
export function inPod(namespace: string, pod: string | readonly string[], ...command: readonly string[]) {
  return kubectl('-n', namespace, 'exec', ...[pod].flat(), '--', ...command);
}

/** What the pods of a namespace say of themselves. */
export async function told(namespace: string): Promise<string> {
  const api = await nodeApi();
  const events = await get<{ items: Parameters<typeof inWords>[1] }>(api, `/api/v1/namespaces/${namespace}/events`);
  const logOf = async (pod: string, container: string, previous: boolean) => {
    const query = `container=${container}&tailLines=5&previous=${previous}`;
    const { body, status } = await api.send('GET', `/api/v1/namespaces/${namespace}/pods/${pod}/log?${query}`);
    return status === 200 ? body : '';
  };
  return inWords(await podsOf(namespace), events?.items ?? [], logOf);
}
