import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Described } from '../../../system/described';
import { type RedisPodArgs, type RedisServer, redisLikeObjects } from '../redis-pod';
import { redisPorts } from './client';

const folder = '/data';

/** The user that the official images have for it, those of Debian and of Alpine. */
export const redisServer: RedisServer = {
  command: ['/bin/sh', '-c', readFileSync(join(__dirname, 'start.sh'), 'utf8'), 'start'],
  port: redisPorts.requests,
  folder,
  secretFolder: '/run/redis-password',
  runAs: { uid: 999, gid: 999 },
  environment: [{ name: 'REDIS_FOLDER', value: folder }],
};

export type RedisArgs = RedisPodArgs;

/**
 * Redis that writes every change down and evicts nothing: one replica, its claim, and the Services that lead to it.
 * @see https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
 */
export function redisObjects(args: RedisArgs): Record<string, Described> {
  return redisLikeObjects(args, redisServer);
}
