import type { ClusterFacts } from '../../../../config/cluster';
import type { ObjectMeta } from '../../../system/planned-object';

/**
 * Marks a claim that is dumped here, or that holds nothing but what a dump needs, so that what else copies claims on the
 * cluster leaves it out. A copy of a database that is being written to is none.
 * @see https://velero.io/docs/v1.17/resource-filtering/ velero.io/exclude-from-backup
 * @see https://docs.k8up.io/k8up/2.13/how-tos/backup.html k8up.io/backup
 */
export function leftOut(metadata: ObjectMeta, { backupTools }: Pick<ClusterFacts, 'backupTools'>): ObjectMeta {
  const velero = backupTools.includes('velero') ? { 'velero.io/exclude-from-backup': 'true' } : {};
  const k8up = backupTools.includes('k8up') ? { 'k8up.io/backup': 'false' } : {};
  return {
    ...metadata,
    labels: { ...metadata.labels, ...velero },
    annotations: { ...metadata.annotations, ...k8up },
  };
}
