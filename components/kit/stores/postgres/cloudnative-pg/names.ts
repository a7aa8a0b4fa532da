import { secretsOfCluster } from '../../../objects/cloudnative-pg';
import type { StoreSecret } from '../../single';

/** What the operator and this program call the objects of a cluster of databases. */
export function cloudNativePgNames(cluster: string) {
  const { app: secretName, ca } = secretsOfCluster(cluster);
  const password: StoreSecret = {
    // Made by the operator, as soon as it makes the cluster.
    source: { source: 'existing', secretName, secretKey: 'password', secretRevision: 0 },
    key: cluster,
  };
  return {
    /** Service that leads to the server that is written to. */
    service: `${cluster}-rw`,
    /** The Pooler, and the Service of its name. */
    pooler: `${cluster}-pooler`,
    password,
    ca: { name: ca, key: 'ca.crt' },
    objectStore: `${cluster}-backups`,
    scheduledBackup: `${cluster}-nightly`,
  } as const;
}
