import type { Image } from '../../../operate/oci/image';
import { accounts, busyboxFiles, certificateFiles, path, programFiles } from './parts';

/**
 * restic of Debian as the official image has it, without what only mounting and SFTP need.
 *
 * @see https://github.com/restic/restic/blob/master/docker/Dockerfile
 */
export async function restic(name: string): Promise<Image> {
  return {
    name,
    files: {
      ...accounts(),
      ...certificateFiles(),
      ...(await busyboxFiles()),
      ...(await programFiles('/usr/bin/restic', 'restic')),
    },
    config: { Env: [path], Entrypoint: ['/usr/bin/restic'] },
  };
}
