import type { Sizing } from '../../objects/pod';
import type { StoreBackup } from '../../parts/backup/store';
import { backupSecretVariables } from '../client';
import { scratchRedis } from '../redis-pod';
import { scriptedStore } from '../scripts';
import { type RedisClient, redisPlace } from './client';
import { redisServer } from './objects';

export interface RedisBackupArgs {
  readonly client: RedisClient;
  /** Its host, as pods of backups reach it: the one of the client, with the namespace where that is a Service. */
  readonly host: string;
  /** Image with Redis and its client: that of the store, or one of its version where somebody else runs it. */
  readonly image: string;
  readonly resources: Sizing;
  /** Size of its data, a quantity in bytes: a drill takes it on the node's own disk. */
  readonly storageSize: string;
  /**
   * Databases whose keys come and go all the time, such as that of a queue: how many there are differs between a dump and the
   * counts around it, so that of these it is counted whether they have any. @default none
   */
  readonly moving?: readonly number[];
}

/**
 * Redis by its own snapshot, out of its own image. It is loaded key by key: into one that runs, and beside what is there.
 * Keys that end by themselves come along and are not counted.
 */
export function redisBackup(args: RedisBackupArgs): StoreBackup {
  const { client, host, image, moving = [], resources, storageSize } = args;
  const { source } = client.secret;
  const counted = moving.length > 0 ? [{ name: 'MOVING_DATABASES', value: moving.join(' ') }] : [];
  const variable = client.shows === 'url' ? 'REDIS_URL' : 'REDISCLI_AUTH';
  return {
    ...scriptedStore('redis', __dirname, 'shell'),
    image,
    living: { env: [...redisPlace(client, host), ...backupSecretVariables(variable, source), ...counted] },
    scratch: {
      env: [...redisPlace({ port: redisServer.port }, '127.0.0.1'), ...counted],
      containers: [scratchRedis('drill-redis', { image, resources }, redisServer)],
      volumes: [{ name: 'drill-redis', emptyDir: { sizeLimit: storageSize } }],
    },
    // The snapshot is in memory while it is loaded.
    resources: { cpu: '100m', memory: '128Mi', memoryLimit: resources.memoryLimit },
  };
}
