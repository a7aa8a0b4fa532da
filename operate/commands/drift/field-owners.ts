import type { ClusterFacts } from '../../../config/cluster';
import type { FieldPath } from '../../live/field-path';
import { isArgoCd, isController } from '../../live/managers';
import type { Writer } from '../../live/writer';

/** What decides whether somebody else may write a field of an object. */
export interface Rights {
  readonly cluster: ClusterFacts;
  /** Objects that an autoscaler scales, as `<kind> <namespace>/<name>`, each with the autoscaler's name. */
  readonly scaled: ReadonlyMap<string, string>;
}

const argoTracking: ReadonlySet<string> = new Set([
  'f:metadata/f:labels/f:app.kubernetes.io/instance',
  'f:metadata/f:annotations/f:argocd.argoproj.io/tracking-id',
  'f:metadata/f:annotations/f:argocd.argoproj.io/refresh',
  'f:metadata/f:annotations/f:kubectl.kubernetes.io/last-applied-configuration',
]);

/**
 * Who owns a field by right, in words; undefined where nobody but the plan does.
 *
 * @param object kind, namespace and name
 * @param described whether the plan gives the field a value
 */
export function rightfulOwner(
  rights: Rights,
  object: string,
  path: FieldPath,
  writer: Writer | undefined,
  described: boolean,
): string | undefined {
  const at = path.join('/');
  const autoscaler = rights.scaled.get(object);
  if (at === 'f:spec/f:replicas' && autoscaler !== undefined) return `HorizontalPodAutoscaler ${autoscaler}`;
  if (rights.cluster.argocd?.imageUpdater && /^f:spec\/f:template\/.*f:containers\/k:.*\/f:image$/.test(at)) {
    return 'Argo CD Image Updater';
  }
  if (described || writer === undefined) return undefined;
  if (at.endsWith('f:annotations/f:kubectl.kubernetes.io/restartedAt')) return 'kubectl rollout restart';
  if (isArgoCd(writer.manager)) {
    return argoTracking.has(at) || object.startsWith('Application ') ? 'Argo CD' : undefined;
  }
  return isController(writer.manager) ? writer.manager : undefined;
}
