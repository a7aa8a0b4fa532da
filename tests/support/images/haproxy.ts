import type { Image } from '../../../operate/oci/image';
import { accounts, busyboxFiles, certificateFiles, path, programFiles } from './parts';

const owner = [99, 99] as const;
const home = '/var/lib/haproxy';

/** Options alone, and the word haproxy, become the program in its mode of master and workers, in the foreground. */
const entrypoint = `#!/bin/sh
set -e
case "$1" in
  -*) set -- haproxy "$@" ;;
esac
if [ "$1" = haproxy ]; then
  shift
  set -- haproxy -W -db "$@"
fi
exec "$@"
`;

/**
 * HAProxy of Debian as the official image has it.
 *
 * @see https://github.com/docker-library/haproxy/blob/master/3.2/alpine/Dockerfile
 */
export async function haproxy(name: string): Promise<Image> {
  return {
    name,
    files: {
      ...accounts({ haproxy: { ids: owner, home } }),
      ...certificateFiles(),
      ...(await busyboxFiles()),
      ...(await programFiles('/usr/local/sbin/haproxy', 'haproxy')),
      [home]: { folder: {}, owner },
      '/usr/local/etc/haproxy': { folder: {} },
      '/usr/local/bin/docker-entrypoint.sh': { text: entrypoint, executable: true },
    },
    config: {
      User: 'haproxy',
      Env: [path],
      Entrypoint: ['docker-entrypoint.sh'],
      Cmd: ['haproxy', '-f', '/usr/local/etc/haproxy/haproxy.cfg'],
      WorkingDir: home,
      StopSignal: 'SIGUSR1',
    },
  };
}
