import type { Flow } from '../../../system/flow';
import { type StoreFlowsArgs, storeFlows } from '../flows';
import { type RedisClient, redisPorts } from './client';

/** Connections of those who use Redis: its own pod, or one that somebody else runs. */
export function redisFlows(args: StoreFlowsArgs, { remote }: Pick<RedisClient, 'remote'>): Flow[] {
  return storeFlows(args, redisPorts.requests, remote);
}
