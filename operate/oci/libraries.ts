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
  const lists = await Promise.all(programs.map((program) => listed(program, env)));
  const found = new Map(lists.flatMap((list) => [...list]));
  const home = [...found.values()].find((path) => basename(path) === 'libc.so.6');
  const files: Record<string, Content> = {};
  for (const [name, path] of found) {
    const place = name.startsWith('/') ? name : join(dirname(home ?? path), basename(name));
    files[place] = { from: realpathSync(path) };
  }
  return files;
}

/** Paths of libraries by the names that a program asks for; the loader is asked for by its path. */
async function listed(program: string, env: Record<string, string>): Promise<Map<string, string>> {
  if (!isBinary(program)) {
    throw new Failure(
      `${program} is a script, and not the program itself`,
      'put the folder of the program first in PATH',
    );
  }
  const { stdout, stderr, exitCode, startError } = await runChild('ldd', [program], { env });
  if (startError)
    throw new Failure(`ldd cannot be run: ${startError.message}`, 'install it: Debian has it in libc-bin');
  if (/not a dynamic executable|statically linked/.test(stdout + stderr)) return new Map();
  const missing = /^\s*(\S+) => not found$/m.exec(stdout)?.[1];
  if (exitCode !== 0 || missing !== undefined) {
    const why = missing === undefined ? stderr.trim() : `it needs ${missing}, which is not on this machine`;
    throw new Failure(`the libraries of ${program} cannot be told: ${why}`, 'install what it needs');
  }
  return new Map(
    stdout.split('\n').flatMap((line) => {
      const [, name, path] = /^\s*(?:(\S+) => )?(\/\S+) \(0x/.exec(line) ?? [];
      return path === undefined ? [] : [[name ?? path, path] as const];
    }),
  );
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
