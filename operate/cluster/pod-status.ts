import type { V1ContainerStatus } from '@kubernetes/client-node';
import type { Api } from './api';
import type { Pod } from './pods';

/**
 * The last line that a container wrote, which by our containers' rules says how it ended.
 *
 * @param container @default the init container that failed, where one did, else the pod's only container
 * @returns undefined where there is no log to read, or not yet
 */
export async function lastLogLine(api: Api, pod: Pod, container?: string): Promise<string | undefined> {
  const { name, namespace = '' } = pod.metadata;
  const wanted = container ?? failedInit(pod)?.name;
  const of = wanted === undefined ? '' : `&container=${wanted}`;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/log?tailLines=20${of}`;
  const answer = await api.send('GET', path, { accept: '*/*' });
  const lines = answer.status < 300 ? answer.body.split('\n').filter((line) => line.trim() !== '') : [];
  return lines.at(-1)?.trim() ?? terminationMessage(pod);
}

/** Whether a container runs, an init container or another. */
export function containerRuns({ status }: Pod, container: string): boolean {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return all.find(({ name }) => name === container)?.state?.running !== undefined;
}

function failedInit({ status }: Pod): V1ContainerStatus | undefined {
  return status?.initContainerStatuses?.find(({ state }) => state?.terminated?.exitCode);
}

/** What the kubelet kept of the end of a container's log: of the init container that failed, where one did. */
function terminationMessage(pod: Pod): string | undefined {
  const failed = failedInit(pod);
  const messages = [...(failed ? [failed] : []), ...(pod.status?.containerStatuses ?? [])].map(({ state }) =>
    state?.terminated?.message?.trim(),
  );
  return messages
    .find((message) => message)
    ?.split('\n')
    .at(-1);
}

/** Why a pod does not run, as far as it says: an image that cannot be pulled, no node to run on. */
export function startProblem({ status }: Pod): string | undefined {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const waiting = containers
    .map(({ state }) => state?.waiting)
    .find((each) => each && !ordinary.has(each.reason ?? ''));
  if (waiting) return [waiting.reason, waiting.message].filter(Boolean).join(': ');
  const condition = status?.conditions?.find(({ type, status: value }) => type === 'PodScheduled' && value === 'False');
  return condition && [condition.reason, condition.message].filter(Boolean).join(': ');
}

/** What a container waits for on its ordinary way to running. */
const ordinary = new Set(['ContainerCreating', 'PodInitializing']);
