import type { ClusterFacts } from '../../../config/cluster';
import type { DescribedObjects } from '../../system/described';

/**
 * The objects that the engine registers on a cluster. Where Argo CD applies the overlay alone, that is only what must
 * exist before its first sync: the namespace, the secrets and the Application.
 */
export function registeredObjects(objects: DescribedObjects, cluster: ClusterFacts): DescribedObjects {
  if (cluster.argocd?.mode !== 'argocd') return objects;
  return Object.fromEntries(
    Object.entries(objects).filter(
      ([, { deliveredBy, object }]) => deliveredBy === 'pulumi' || object.kind === 'Namespace',
    ),
  );
}
