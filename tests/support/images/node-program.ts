import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModuleKind, ScriptTarget, transpile } from 'typescript';
import type { ImageFiles } from '../../../operate/oci/image';
import { librariesOf } from '../../../operate/oci/libraries';

const sources = join(__dirname, '..', 'contract');

/**
 * Node.js of this machine, and programs of the tests for it.
 *
 * @param folder of the image that has the programs
 * @param names of files in tests/support/contract
 */
export async function nodePrograms(folder: string, names: readonly string[]): Promise<ImageFiles> {
  const programs = names.map((name): [string, { text: string }] => [
    join(folder, `${name}.js`),
    { text: compiled(join(sources, `${name}.ts`)) },
  ]);
  return {
    ...(await librariesOf([process.execPath])),
    '/usr/local/bin/node': { from: process.execPath },
    ...Object.fromEntries(programs),
  };
}

function compiled(file: string): string {
  return transpile(readFileSync(file, 'utf8'), {
    module: ModuleKind.CommonJS,
    target: ScriptTarget.ES2022,
    esModuleInterop: true,
  });
}
