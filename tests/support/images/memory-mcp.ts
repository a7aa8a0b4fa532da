import { dirname } from 'node:path';
import type { Image } from '../../../operate/oci/image';
import { librariesOf } from '../../../operate/oci/libraries';
import { madeModel } from '../contract/made-model';
import { obtainMemoryMcp } from '../contract/memory-mcp-build';
import { debianSlimFiles } from './debian-slim';
import { accounts, certificateFiles, folderFiles, path } from './parts';

const owner = [1000, 1000] as const;
const home = '/home/memory-mcp';
const model = `${home}/.cache/huggingface`;

/**
 * The real server as the published image has it, with the made model in place of the downloaded one,
 * and without git, which the server does not call.
 *
 * @see https://github.com/butterflyskies/memory-mcp/blob/main/Dockerfile
 */
export async function memoryMcp(name: string): Promise<Image> {
  const program = await obtainMemoryMcp();
  return {
    name,
    files: {
      ...accounts({ 'memory-mcp': { ids: owner, home } }),
      ...certificateFiles(),
      ...(await debianSlimFiles()),
      ...(await librariesOf([program])),
      '/usr/local/bin/memory-mcp': { from: program },
      [home]: { folder: { mode: 0o700 }, owner },
      [dirname(model)]: { folder: {}, owner },
      ...folderFiles(model, madeModel(), owner),
    },
    config: {
      User: 'memory-mcp',
      Env: [path, 'MEMORY_MCP_BIND=0.0.0.0:8080', 'MEMORY_MCP_REPO_PATH=/data/repo', `HF_HOME=${model}`],
      Entrypoint: ['memory-mcp'],
      Cmd: ['serve'],
      WorkingDir: home,
    },
  };
}
