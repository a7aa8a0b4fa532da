import type { Sizing } from '../../objects/pod';
import type { StoreBackup } from '../../parts/backup/store';
import { backupSecretVariables } from '../client';
import { scratchRedis } from '../redis-pod';
import { scriptedStore } from '../scripts';
import { falkordbServer } from './objects';

export interface FalkordbBackupArgs {
  readonly image: string;
  /** Host of its Service, as pods of backups reach it. */
  readonly host: string;
  readonly password: { readonly secretName: string; readonly secretKey: string };
  readonly resources: Sizing;
  /** Size of its data, a quantity in bytes: a drill takes it on the node's own disk. */
  readonly storageSize: string;
}

/**
 * FalkorDB by its graphs, each as one value, out of its own image. Its files are no way back in: the server would have to
 * stop for them, and would prefer its log to them.
 */
export function falkordbBackup(args: FalkordbBackupArgs): StoreBackup {
  const { host, image, password, resources, storageSize } = args;
  return {
    ...scriptedStore('falkordb', __dirname, 'shell'),
    image,
    living: { env: [{ name: 'FALKORDB_HOST', value: host }, ...backupSecretVariables('REDISCLI_AUTH', password)] },
    scratch: {
      env: [{ name: 'FALKORDB_HOST', value: '127.0.0.1' }],
      containers: [scratchRedis('drill-falkordb', args, falkordbServer)],
      volumes: [{ name: 'drill-falkordb', emptyDir: { sizeLimit: storageSize } }],
    },
    // A graph goes through whole.
    resources: { cpu: '100m', memory: '128Mi', memoryLimit: resources.memoryLimit },
  };
}
