import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Described } from '../../../system/described';
import type { RunAs } from '../../objects/pod';
import { type RedisPodArgs, type RedisServer, redisLikeObjects } from '../redis-pod';

/** Port of the pod, and of its Services. */
export const falkordbPorts = { requests: 6379 } as const;

/** The user that the image has for Redis; it runs as root unless its pod says otherwise. */
const falkordbUser: RunAs = { uid: 999, gid: 999 };

/** The command is that of every FalkorDB, a living one and that of a drill: the image's own also starts a page for browsers. */
export const falkordbServer: RedisServer = {
  command: ['/bin/sh', '-c', readFileSync(join(__dirname, 'start.sh'), 'utf8'), 'start'],
  port: falkordbPorts.requests,
  // See start.sh.
  folder: '/data',
  secretFolder: '/run/falkordb-password',
  runAs: falkordbUser,
  environment: [],
};

export type FalkordbArgs = RedisPodArgs;

/**
 * FalkorDB: one replica, its claim, and the Services that lead to it.
 * @see https://docs.falkordb.com/operations/persistence
 */
export function falkordbObjects(args: FalkordbArgs): Record<string, Described> {
  return redisLikeObjects(args, falkordbServer);
}
