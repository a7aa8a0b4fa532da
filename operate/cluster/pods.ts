import type { V1ContainerStatus } from '@kubernetes/client-node';
import { Failure, messageOf } from '../base/failure';
import { waitFor } from '../base/wait';
import { type Api, get } from './api';

/** The part of a pod that this code looks at. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly message?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly initContainerStatuses?: readonly V1ContainerStatus[];
    readonly containerStatuses?: readonly V1ContainerStatus[];
  };
}

/** A selector as the API server and kubectl understand it. */
export function selectorText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/**
 * The pods with all of these labels.
 * @throws Failure when they cannot be listed
 */
export async function podsWith(
  api: Api,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): Promise<readonly Pod[]> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selectorText(labels))}`;
  const list = await get<{ items: readonly Pod[] }>(api, path).catch((error: unknown) => {
    const message = `the pods ${selectorText(labels)} of namespace ${namespace} cannot be listed: ${messageOf(error)}`;
    throw new Failure(message, 'check your rights on the cluster');
  });
  return list?.items ?? [];
}

/** Whether a pod serves and is not about to go. */
export function isReady({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  return ready === true && metadata.deletionTimestamp === undefined;
}

/** Pods of a workload, and how long they are waited for. */
export interface Replacement {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Time for the new pods to become ready, in seconds. */
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Deletes the pods with these labels, and waits until others in their place are ready.
 *
 * @returns the names of the new ones
 * @throws Failure when there are none, one cannot be deleted, or the new ones are not ready in time; Interrupted
 */
export async function replacePods(api: Api, replacement: Replacement): Promise<readonly string[]> {
  const { namespace, labels, seconds, signal } = replacement;
  const old = await podsWith(api, namespace, labels);
  const look = `kubectl -n ${namespace} get pods -l ${selectorText(labels)}`;
  if (old.length === 0) throw new Failure(`there is no pod ${selectorText(labels)} to restart`, look);
  for (const { metadata } of old) {
    const { status } = await api.send('DELETE', `/api/v1/namespaces/${namespace}/pods/${metadata.name}`);
    if (status >= 300 && status !== 404) {
      throw new Failure(`the pod ${metadata.name} cannot be deleted (status ${status})`, 'check your rights');
    }
  }
  const deleted = new Set(old.map(({ metadata }) => metadata.uid));
  const replaced = async () => {
    const now = await podsWith(api, namespace, labels);
    const fresh = now.filter((pod) => isReady(pod) && !deleted.has(pod.metadata.uid));
    return fresh.length > 0 && now.every(({ metadata }) => !deleted.has(metadata.uid)) ? fresh : undefined;
  };
  const fresh = await waitFor(replaced, { seconds, signal });
  if (fresh === undefined) throw new Failure(`after ${seconds} s no new pod is ready`, `look at it: ${look}`);
  return fresh.map(({ metadata }) => metadata.name);
}
