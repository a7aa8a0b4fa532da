import { execFileSync } from 'node:child_process';
import { isOlder } from '../../../operate/toolchain/go';
import { Missing, required } from './missing';

/** The first that unpacks archives with a filter, as the scripts of the image do; the image has a later one. */
const minimum = '3.11.4';
const remedy = `install Python ${minimum} or newer, so that python3 is on PATH`;

/**
 * The Python that plays the one of the image.
 *
 * @throws Missing
 */
export function requiredPython(): string {
  const path = required('python3', remedy);
  const version = execFileSync(path, ['-c', 'import platform; print(platform.python_version())'], { encoding: 'utf8' });
  if (isOlder(version.trim(), minimum)) throw new Missing(`python3 is ${version.trim()}`, remedy);
  return path;
}
