import type { KubernetesObject } from '../../../../components/system/described';
import { objectPath } from '../../../cluster/kinds';
import type { LiveObject } from '../../../live/object';
import type { ClusterReader } from '../cluster-reader';

/** The live object of a described one; undefined where there is none, or the cluster does not know its kind. */
export async function liveOf<T extends LiveObject = LiveObject>(
  look: ClusterReader,
  { apiVersion, kind, metadata }: KubernetesObject,
): Promise<T | undefined> {
  const served = (await look.kinds(apiVersion)).find((each) => each.kind === kind);
  return served && (await look.at<T>(objectPath(served, metadata)));
}

/** Each described object with its live one. */
export function withLive<K extends KubernetesObject, T extends LiveObject = LiveObject>(
  look: ClusterReader,
  objects: readonly K[],
): Promise<readonly { readonly planned: K; readonly live: T | undefined }[]> {
  return Promise.all(objects.map(async (planned) => ({ planned, live: await liveOf<T>(look, planned) })));
}
