import { closeSync, openSync, readSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { runChild } from '../base/child';
import { Failure } from '../base/failure';
import type { Content, ImageFiles } from './image';

/**
 * The shared libraries that programs need, and the loader that they name, as `ldd` finds them. A program that is linked
 * statically needs none.
 *
 * They all come into the folder of the C library: the one that its loader searches by itself, whatever else the machine's
 * configuration or LD_LIBRARY_PATH led to.
 *
 * @param programs programs or libraries of this machine
 * @param libraryPath folders that are searched first, as LD_LIBRARY_PATH has them
 */
export async function librariesOf(programs: readonly string[], libraryPath = ''): Promise<ImageFiles> {
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C', ...(libraryPath && { LD_LIBRARY_PATH: libraryPath }) };
  const found = programs.length === 0 ? new Map<string, string>() : await listed(programs, env);
  const home = [...found.values()].find((path) => basename(path) === 'libc.so.6');
  const files: Record<string, Content> = {};
  for (const [name, path] of found) {
    const place = name.startsWith('/') ? name : join(dirname(home ?? path), basename(name));
    files[place] = { from: realpathSync(path) };
  }
  return files;
}

/** Paths of libraries by the names that programs ask for; a loader is asked for by its path. */
async function listed(programs: readonly string[], env: Record<string, string>): Promise<Map<string, string>> {
  const script = programs.find((program) => !isBinary(program));
  if (script !== undefined) {
    throw new Failure(
      `${script} is a script, and not the program itself`,
      'put the folder of the program first in PATH',
    );
  }
  // One call for all: hundreds of them take longer than everything else.
  const { stdout, stderr, startError } = await runChild('ldd', programs, { env });
  if (startError)
    throw new Failure(`ldd cannot be run: ${startError.message}`, 'install it: Debian has it in libc-bin');
  // Of a program that is linked statically it says so, as an error.
  const wrong = stderr.split('\n').filter((line) => line.trim() !== '' && !line.includes('not a dynamic executable'));
  if (wrong.length > 0) {
    throw new Failure(`libraries cannot be told: ${wrong.join('; ')}`, 'install what it needs');
  }
  const found = new Map<string, string>();
  let program = programs[0];
  for (const line of stdout.split('\n')) {
    program = /^(\/.*):$/.exec(line)?.[1] ?? program;
    const missing = /^\s*(\S+) => not found$/.exec(line)?.[1];
    if (missing !== undefined) {
      const why = `it needs ${missing}, which is not on this machine`;
      throw new Failure(`the libraries of ${program} cannot be told: ${why}`, 'install what it needs');
    }
    const [, name, path] = /^\s*(?:(\S+) => )?(\/\S+) \(0x/.exec(line) ?? [];
    if (path !== undefined) found.set(name ?? path, path);
  }
  return found;
}

/** Whether it begins as programs and libraries of Linux do. */
function isBinary(path: string): boolean {
  const start = Buffer.alloc(4);
  const file = openSync(path, 'r');
  try {
    readSync(file, start);
  } finally {
    closeSync(file);
  }
  return start.equals(Buffer.from('\x7fELF'));
}
