import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runChild } from '../../../operate/base/child';
import { fleetHome } from '../../../operate/base/fleet-home';
import { withLock } from '../../../operate/base/lock';
import { Missing } from './missing';
import { requiredPython } from './python';

const pins = join(__dirname, '..', '..', '..', 'images', 'context-engine', 'requirements.txt');

/**
 * A folder with the real client of Qdrant in the version of the image of Context Engine.
 *
 * @throws Missing where there is no Python with pip, or no package index can be reached
 */
export function qdrantClient(): Promise<string> {
  return pythonPackage('qdrant-client', ['-c', pins, 'qdrant-client'], readFileSync(pins, 'utf8'));
}

/**
 * A folder with the real client of the model hub, in the version of that image.
 *
 * @throws Missing as above
 */
export function hubClient(): Promise<string> {
  return pythonPackage('huggingface-hub', ['-c', pins, 'huggingface-hub', 'httpx'], readFileSync(pins, 'utf8'));
}

/**
 * A folder that a Python package is installed into. It is installed once, in about half a minute, and kept.
 *
 * @param args of pip
 * @param pinned what the version follows from
 * @throws Missing where there is no Python with pip, or no package index can be reached
 */
export async function pythonPackage(name: string, args: readonly string[], pinned: string): Promise<string> {
  const home = fleetHome();
  const python = requiredPython();
  const hash = createHash('sha256')
    .update(pinned)
    .update(await version(python));
  const place = join(home.tools, name, hash.digest('hex').slice(0, 12));
  if (existsSync(place)) return place;
  await withLock(home.locks, name, async () => {
    if (existsSync(place)) return;
    mkdirSync(home.scratch, { recursive: true });
    const folder = mkdtempSync(join(home.scratch, `${name}-`));
    try {
      const flags = ['--quiet', '--disable-pip-version-check', '--root-user-action=ignore'];
      const install = ['-m', 'pip', 'install', ...flags, '--target', join(folder, 'lib'), ...args];
      const { exitCode, stderr } = await runChild(python, install, { env: environment() });
      if (exitCode !== 0) {
        const why = stderr.trim().split('\n').at(-1);
        throw new Missing(`${name} cannot be installed: ${why}`, 'install pip, and see that it reaches PyPI');
      }
      mkdirSync(dirname(place), { recursive: true });
      renameSync(join(folder, 'lib'), place);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  return place;
}

async function version(python: string): Promise<string> {
  const { stdout } = await runChild(python, ['-c', 'import sys; print(sys.version)'], { env: environment() });
  return stdout;
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
