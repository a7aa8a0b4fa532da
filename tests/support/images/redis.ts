import type { Image } from '../../../operate/oci/image';
import { debianSlimFiles } from './debian-slim';
import { accounts, path, programFiles } from './parts';

const owner = [999, 999] as const;

/**
 * Redis 7.0 of Debian as the official image has it, whatever the tag says.
 *
 * @see https://github.com/redis/docker-library-redis
 */
export async function redis(name: string): Promise<Image> {
  return {
    name,
    files: {
      ...accounts({ redis: { ids: owner, home: '/home/redis' } }),
      ...(await debianSlimFiles()),
      ...(await programFiles('/usr/local/bin/redis-cli', 'redis-cli', 'redis-tools')),
      // Debian's package has the server under this name: it is whatever it is called by.
      ...(await programFiles('/usr/local/bin/redis-server', 'redis-check-rdb', 'redis-tools')),
      '/data': { folder: {}, owner },
    },
    config: { Env: [path], Cmd: ['redis-server'], WorkingDir: '/data' },
  };
}
