import { randomUUID } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * Replaces a file in one step, so that a reader sees the old content or the new, never half of it.
 *
 * @param mode permission bits of the new file
 */
export function writeAtomically(path: string, content: string | Uint8Array, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}`;
  try {
    writeFileSync(temporary, content, { mode });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Makes `link` point at `target`, replacing what a former run left there in one step. */
export function linkAtomically(target: string, link: string): void {
  if (pointsAt(link, target)) return;
  mkdirSync(dirname(link), { recursive: true });
  const temporary = `${link}.${randomUUID()}`;
  symlinkSync(target, temporary);
  renameSync(temporary, link);
}

/** The content of a text file, or undefined where there is none. */
export function readIfExists(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function pointsAt(link: string, target: string): boolean {
  const found = lstatSync(link, { throwIfNoEntry: false });
  return found?.isSymbolicLink() === true && readlinkSync(link) === target;
}
