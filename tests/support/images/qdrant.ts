import type { Image } from '../../../operate/oci/image';
import { debianSlimFiles } from './debian-slim';
import { nodePrograms } from './node-program';
import { accounts, path } from './parts';

const owner = [1000, 1000] as const;
const home = '/qdrant';

/**
 * The stand-in of Qdrant, which is on no package registry, as the image has it whose tag ends in -unprivileged.
 *
 * @see https://github.com/qdrant/qdrant/blob/v1.17.0/Dockerfile
 */
export async function qdrant(name: string): Promise<Image> {
  return {
    name,
    files: {
      ...accounts({ qdrant: { ids: owner, home } }),
      ...(await debianSlimFiles()),
      ...(await nodePrograms(home, ['qdrant-program', 'fake-qdrant', 'fake-qdrant-points'])),
      [`${home}/entrypoint.sh`]: { text: `#!/bin/sh\nexec node ${home}/qdrant-program.js\n`, executable: true },
      [`${home}/storage`]: { folder: {}, owner },
      [`${home}/snapshots`]: { folder: {}, owner },
    },
    config: { User: '1000:1000', Env: [path], Cmd: ['./entrypoint.sh'], WorkingDir: home },
  };
}
