import { copyFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { runChild } from '../../../operate/base/child';
import type { FleetHome } from '../../../operate/base/fleet-home';
import { copyLibrary } from '../../../operate/toolchain/debian';
import { unpackedPackage } from './unpacked';

const name = 'libdbus-1.so.3';

/**
 * Copies libdbus into a folder: the machine's own, else out of the distribution's package.
 *
 * @throws Missing
 */
export async function dbusLibrary(home: FleetHome, folder: string): Promise<void> {
  const target = join(folder, name);
  // The compiler knows the folders of this machine's libraries; it answers with a bare name where it finds none.
  const { stdout } = await runChild('cc', [`-print-file-name=${name}`], { env: { PATH: process.env.PATH ?? '' } });
  const own = stdout.trim();
  if (isAbsolute(own)) copyFileSync(own, target);
  else copyLibrary(await unpackedPackage(home, 'libdbus-1-3'), name, target);
}
