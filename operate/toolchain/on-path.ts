import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join, sep } from 'node:path';

/**
 * Every executable of that name on a search path, in its order.
 *
 * Folders inside `node_modules` are left out: npm puts its shims there in front of the path, and the shim of the
 * engine answers by downloading.
 */
export function executablesOnPath(name: string, searchPath: string): readonly string[] {
  return searchPath
    .split(delimiter)
    .filter((folder) => isAbsolute(folder) && !folder.split(sep).includes('node_modules'))
    .map((folder) => join(folder, name))
    .filter(isExecutable);
}

/**
 * The provider where the operator's own engine keeps it: the folder's name carries the version. Only read, never
 * written to.
 */
export function installedPlugin(version: string): string | undefined {
  const home = process.env.PULUMI_HOME || join(homedir(), '.pulumi');
  const path = join(home, 'plugins', `resource-kubernetes-v${version}`, 'pulumi-resource-kubernetes');
  return isExecutable(path) ? path : undefined;
}

/** Whether a path leads to a file that this user may run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
