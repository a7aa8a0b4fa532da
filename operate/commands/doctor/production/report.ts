import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Failure } from '../../../base/failure';

/**
 * Where the report goes.
 * @throws Failure where no file can be there: before anybody waits for what it would say
 */
export function reportPath(file: string): string {
  const path = resolve(file);
  const remedy = 'name a file in a folder that is there, such as --report production.md';
  if (existsSync(path) && statSync(path).isDirectory()) throw new Failure(`--report ${file} is a folder`, remedy);
  if (!existsSync(dirname(path))) throw new Failure(`--report ${file}: there is no folder ${dirname(path)}`, remedy);
  return path;
}
