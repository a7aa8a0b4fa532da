import { Failure } from '../../../operate/base/failure';
import type { FleetHome } from '../../../operate/base/fleet-home';
import { unpackedPackages } from '../../../operate/toolchain/debian';
import { Missing } from './missing';

/**
 * The tree of a Debian package that is unpacked and not installed.
 *
 * @throws Missing where it cannot be had, so that a test which needs it is skipped with that reason
 */
export async function unpackedPackage(home: FleetHome, name: string): Promise<string> {
  try {
    return await unpackedPackages(home, [name]);
  } catch (error) {
    throw error instanceof Failure ? new Missing(error.message, error.remedy) : error;
  }
}
