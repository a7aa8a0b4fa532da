import type { V1Pod } from '@kubernetes/client-node';
import { type Api, connect, get } from '../../../operate/cluster/api';
import { controlPlane, eventually } from './control-plane';

/** Pods whose containers a test plays, where the simulated node would have them succeed at once. */
export class PlayedPods {
  private constructor(readonly api: Api) {}

  static async connected(): Promise<PlayedPods> {
    return new PlayedPods(await connect(controlPlane().cluster.kubeconfig));
  }

  /** Has the pods of a CronJob wait until {@link release}. */
  async hold(namespace: string, cronJob: string): Promise<void> {
    const spec = { schedulingGates: [{ name: 'example.org/played' }] };
    const path = `/apis/batch/v1/namespaces/${namespace}/cronjobs/${cronJob}`;
    await this.#patch(path, { spec: { jobTemplate: { spec: { template: { spec } } } } });
  }

  /** Lets a pod go to a node, where it succeeds. */
  release(pod: V1Pod): Promise<void> {
    return this.#patch(pathOf(pod), { spec: { schedulingGates: [] } });
  }

  /** Has new pods wait for a node, or go to one. */
  async closeNodes(closed: boolean): Promise<void> {
    const nodes = await get<{ items: V1Pod[] }>(this.api, '/api/v1/nodes');
    for (const { metadata } of nodes?.items ?? []) {
      await this.#patch(`/api/v1/nodes/${metadata?.name}`, { spec: { unschedulable: closed } });
    }
  }

  /** Has a Job try this many times more, after the first. */
  limitTries(namespace: string, job: string, backoffLimit: number): Promise<void> {
    return this.#patch(`/apis/batch/v1/namespaces/${namespace}/jobs/${job}`, { spec: { backoffLimit } });
  }

  /** What a kubelet says of a pod. */
  report(pod: V1Pod, status: object): Promise<void> {
    return this.#patch(`${pathOf(pod)}/status`, { status });
  }

  /** The first pod of a namespace that has something, once there is one. */
  async found(namespace: () => Promise<string | undefined>, has: (pod: V1Pod) => boolean): Promise<V1Pod> {
    let found: V1Pod | undefined;
    await eventually('the pod is there', async () => {
      const name = await namespace();
      const pods = name && (await get<{ items: V1Pod[] }>(this.api, `/api/v1/namespaces/${name}/pods`));
      found = pods ? pods.items.find(has) : undefined;
      return found !== undefined;
    });
    return found as V1Pod;
  }

  async #patch(path: string, body: object): Promise<void> {
    const answer = await this.api.send('PATCH', path, { body, contentType: 'application/merge-patch+json' });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.body}`);
  }
}

function pathOf({ metadata }: V1Pod): string {
  return `/api/v1/namespaces/${metadata?.namespace}/pods/${metadata?.name}`;
}
