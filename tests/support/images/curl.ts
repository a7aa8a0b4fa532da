import type { Image } from '../../../operate/oci/image';
import { accounts, busyboxFiles, certificateFiles, path, programFiles } from './parts';

const owner = [100, 101] as const;
const home = '/home/curl_user';

/** What is no program is arguments of curl. */
const entrypoint = `#!/bin/sh
set -e
case "$1" in
  -*) set -- curl "$@" ;;
  *) command -v "$1" >/dev/null || set -- curl "$@" ;;
esac
exec "$@"
`;

/**
 * curl of Debian as the official image has it.
 *
 * @see https://github.com/curl/curl-container
 */
export async function curl(name: string): Promise<Image> {
  return {
    name,
    files: {
      ...accounts({ curl_user: { ids: owner, home, group: 'curl_group' } }),
      ...certificateFiles(),
      '/cacert.pem': { link: '/etc/ssl/certs/ca-certificates.crt' },
      ...(await busyboxFiles()),
      ...(await programFiles('/usr/bin/curl', 'curl')),
      [home]: { folder: {}, owner },
      '/entrypoint.sh': { text: entrypoint, executable: true, owner },
    },
    config: {
      User: 'curl_user',
      Env: [path, 'CURL_CA_BUNDLE=/cacert.pem'],
      Entrypoint: ['/entrypoint.sh'],
      Cmd: ['curl'],
      WorkingDir: home,
    },
  };
}
