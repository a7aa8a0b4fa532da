import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { executablesOnPath } from '../../../operate/toolchain/on-path';
import { runFolder } from '../hooks';

/** Something that this machine lacks. A test that needs it is skipped with this reason, never passed over in silence. */
export class Missing extends Error {
  override readonly name = 'Missing';

  /**
   * @param what what is missing, the start of a sentence
   * @param remedy what brings it
   */
  constructor(
    what: string,
    readonly remedy: string,
  ) {
    super(what);
  }
}

/** The first executable of that name on PATH or in the folders of administration, which an ordinary PATH leaves out. */
export function onPath(name: string): string | undefined {
  return executablesOnPath(name, `${process.env.PATH ?? ''}:/usr/sbin:/sbin`)[0];
}

/**
 * The first executable of that name.
 *
 * @throws Missing
 */
export function required(name: string, remedy: string): string {
  const path = onPath(name);
  if (path === undefined) throw new Missing(`${name} is not on PATH`, remedy);
  return path;
}

/**
 * For a `before` hook: what `obtain` brings, or every test of the suite skipped, with one line that says why and what
 * helps. Only {@link Missing} skips; whatever else goes wrong fails.
 */
export async function orSkip<T>(
  context: Mocha.Context,
  obtain: () => T | Promise<T>,
  tell: (line: string) => void = console.log,
): Promise<T> {
  try {
    return await obtain();
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    const line = `    SKIPPED: ${error.message}; remedy: ${error.remedy}`;
    if (isFirst(line)) tell(line);
    return context.skip();
  }
}

/** Whether this line has been said neither here nor in another lane of this run. */
function isFirst(line: string): boolean {
  try {
    writeFileSync(join(runFolder(), createHash('sha256').update(line).digest('hex')), '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}
