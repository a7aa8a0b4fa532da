import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * URL of the engine's file backend in a folder.
 *
 * By default the backend keeps a description (`.attrs`) beside each file and writes it in place, before it puts the file
 * itself there in one step. An engine that is killed in between leaves an empty description, and none after it can read
 * the state. Nobody reads descriptions, so none are written.
 */
export function backendUrl(folder: string): string {
  return `file://${folder}?metadata=skip`;
}

/**
 * Removes the descriptions of a state that was written with them: one of them may be half written, and the backend
 * reads a file without a description as well as with one.
 */
export function removeDescriptions(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.attrs')) rmSync(join(folder, name), { force: true });
  }
}
