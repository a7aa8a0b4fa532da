import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { runChild } from '../../../operate/base/child';
import { fleetHome } from '../../../operate/base/fleet-home';
import { withLock } from '../../../operate/base/lock';
import { Missing, required } from './missing';

const remedy = 'install the packages maven and openjdk-17-jre-headless, and see that Maven reaches its repository';
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/** The folder of the Java that this machine runs, with its `bin` and its `lib`. @throws Missing */
export function javaHome(): string {
  return dirname(dirname(realpathSync(required('java', remedy))));
}

/**
 * A folder with packages of Java and everything that they need. It is filled once, in less than a minute, and kept.
 *
 * @param folder has `pom.xml`, which names them, and `jars.sha256`, which has the checksum of each
 * @throws Missing where there is no Maven, or no repository can be reached
 * @throws Error where a package is another than its checksum says
 */
export async function javaPackages(name: string, folder: string): Promise<string> {
  const home = fleetHome();
  const maven = required('mvn', remedy);
  const pinned = readFileSync(join(folder, 'jars.sha256'), 'utf8');
  const place = join(home.tools, name, sha256(pinned).slice(0, 12));
  if (existsSync(place)) return place;
  await withLock(home.locks, name, async () => {
    if (existsSync(place)) return;
    mkdirSync(home.scratch, { recursive: true });
    const scratch = mkdtempSync(join(home.scratch, `${name}-`));
    const jars = join(scratch, 'jars');
    try {
      const settings = {
        'maven.repo.local': join(scratch, 'repository'),
        outputDirectory: jars,
        includeScope: 'runtime',
      };
      const properties = Object.entries(settings).map(([key, value]) => `-D${key}=${value}`);
      const args = ['--batch-mode', '--quiet', '--file', join(folder, 'pom.xml'), ...properties, plugin];
      const { exitCode, stdout } = await runChild(maven, args, { env: environment() });
      if (exitCode !== 0) throw new Missing(`${name} cannot be had: ${stdout.trim().split('\n')[0]}`, remedy);
      const found = readdirSync(jars)
        .sort()
        .map((jar) => `${sha256(readFileSync(join(jars, jar)))}  ${jar}\n`);
      if (found.join('') !== pinned) {
        const other = found.find((line) => !pinned.includes(line)) ?? 'one is missing';
        throw new Error(`the packages of ${name} are not those of jars.sha256: ${other.trim()}`);
      }
      mkdirSync(dirname(place), { recursive: true });
      renameSync(jars, place);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  });
  return place;
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
