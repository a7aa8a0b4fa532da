import { z } from 'zod';
import type { Constraint } from '../../../../config/constraint';
import { hostOrAddress, image, integer, resources } from '../../../../config/fields';
import { promoted } from '../../../../config/promotion';
import { embeddedMode } from '../../settings/embedded-mode';
import { volume } from '../../settings/volume';

export interface RedisSettingsArgs {
  /** Size of the volume by default, a quantity in bytes. */
  readonly size: string;
  readonly resources: Parameters<typeof resources>[0];
}

/** Keys of a Redis that a system brings along. Its password is among the secrets of the system. */
export const embeddedRedis = (args: RedisSettingsArgs) =>
  z.strictObject({
    mode: embeddedMode('One Redis beside the system.'),
    image: promoted(
      image
        .default('docker.io/library/redis:7.4.2')
        .describe(
          'Image of Redis 6 or newer, built like the official one. An earlier version does not read the files of a later one.',
        ),
    ),
    storage: volume(args.size, 'The volume with the log of every write: block storage, for one node at a time.'),
    resources: promoted(
      resources(args.resources).describe(
        'Resources of Redis. Data are in memory and take at most three quarters of the memory limit; then writes are refused.',
      ),
    ),
  });

/** Keys of a Redis that somebody else runs. Its URL, with user and password, is among the secrets of the system. */
export const externalRedis = z.strictObject({
  mode: z
    .literal('external')
    .describe('A Redis that somebody else runs. Its URL is a secret, redis:// or rediss:// for TLS; no Redis Cluster.'),
  host: hostOrAddress.describe('Host of that URL: network policies let pods reach it and no other.'),
  port: integer(1, 65_535).default(6379).describe('Port of that URL.'),
});

/** Settings of the Redis of a system. */
export type RedisSettings = z.output<ReturnType<typeof embeddedRedis> | typeof externalRedis>;

/** @param path of the settings */
export function redisConstraints(path: readonly PropertyKey[], settings: RedisSettings): Constraint[] {
  if (settings.mode === 'embedded') return [];
  return [
    {
      path: [...path, 'host'],
      expected:
        'the endpoint of one Redis: this is that of a Redis Cluster, which spreads keys over several servers; ' +
        'what keeps a queue in several keys, or uses another database than 0, fails there',
      // What AWS calls the endpoints of ElastiCache in cluster mode, and those of MemoryDB, which has no other mode.
      satisfied: !/^clustercfg\./.test(settings.host),
    },
  ];
}
