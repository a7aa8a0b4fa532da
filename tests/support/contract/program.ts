import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fleetHome } from '../../../operate/base/fleet-home';
import { libraryPath } from '../../../operate/toolchain/debian';
import { onPath } from './missing';
import { unpackedPackage } from './unpacked';

/** A program that is ready to run. */
export interface Program {
  readonly path: string;
  /** What its environment must hold beside everything else. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A program of the distribution: the machine's own, else out of its unpacked package.
 *
 * @param packageName package of Debian that has the program
 * @throws Missing
 */
export async function distributionProgram(name: string, packageName = name): Promise<Program> {
  const own = onPath(name);
  if (own !== undefined) return { path: own, env: {} };
  const tree = await unpackedPackage(fleetHome(), packageName);
  const path = ['usr/bin', 'usr/sbin', 'bin', 'sbin']
    .map((folder) => join(tree, folder, name))
    .find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`the package ${packageName} has no ${name}`);
  return { path, env: { LD_LIBRARY_PATH: libraryPath(tree) } };
}
