import { executablesOnPath } from '../../../operate/toolchain/on-path';

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

const told = new Set<string>();

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
    if (!told.has(line)) tell(line);
    told.add(line);
    return context.skip();
  }
}
