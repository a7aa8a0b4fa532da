import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Image, ImageFiles } from '../../../operate/oci/image';
import { debianSlimFiles } from './debian-slim';
import { nodePrograms } from './node-program';
import { accounts, certificateFiles, folderFiles, path } from './parts';

const owner = [1001, 1001] as const;
const modules = join(__dirname, '..', '..', '..', 'node_modules');

/** What starts the server in the image of images/personal-knowledge. */
const bun = `#!/bin/sh
[ "$*" = 'run src/index.ts' ] || { echo "bun $*: not in this stand-in" >&2; exit 64; }
exec node src/knowledge-program.js
`;

/**
 * The stand-in of the server as the recipe of images/personal-knowledge makes its image, with Node.js for Bun: the same
 * user, folder and command, and Debian's tools for what starts it.
 */
export async function knowledge(name: string): Promise<Image> {
  return {
    name,
    files: {
      ...accounts({ pkuser: { ids: owner, home: '/tmp' } }),
      ...certificateFiles(),
      ...(await debianSlimFiles()),
      ...(await nodePrograms('/app/src', ['knowledge-program', 'knowledge-server'])),
      '/usr/local/bin/bun': { text: bun, executable: true },
      ...modulesOf('@modelcontextprotocol/sdk'),
      '/app/data': { folder: {}, owner },
    },
    config: {
      User: '1001:1001',
      Env: [path, 'DATA_PATH=/app/data', 'HOME=/tmp', 'NODE_ENV=production'],
      Cmd: ['bun', 'run', 'src/index.ts'],
      WorkingDir: '/app',
    },
  };
}

/** A package of this project and all that it needs, each where it is found from anywhere below /app. */
function modulesOf(wanted: string, found: ImageFiles = {}): ImageFiles {
  const at = `/app/node_modules/${wanted}`;
  if (at in found) return found;
  const folder = join(modules, wanted);
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  const own = { ...found, ...folderFiles(at, folder, [0, 0], (each) => /\.(map|ts|mts|cts|md)$/.test(each)) };
  return Object.keys(dependencies).reduce((all, each) => modulesOf(each, all), own as ImageFiles);
}
