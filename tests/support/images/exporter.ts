import { join } from 'node:path';
import type { Image } from '../../../operate/oci/image';
import { testToolPath } from '../test-tool';
import { accounts, busyboxFiles, path } from './parts';

const projectDir = join(__dirname, '..', '..', '..');

/**
 * An exporter built from its sources as its official image has it: one program without libraries, beside a shell.
 *
 * @param program where the image has it
 */
export function exporter(
  tool: 'postgres_exporter' | 'redis_exporter',
  program: string,
): (name: string) => Promise<Image> {
  return async (name) => ({
    name,
    files: {
      ...accounts({ nobody: { ids: [65534, 65534], home: '/' } }),
      ...(await busyboxFiles()),
      [program]: { from: await testToolPath(projectDir, tool) },
    },
    config: { User: '65534:65534', Env: [path], Entrypoint: [program] },
  });
}
