import { copyFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { createTwoFilesPatch } from 'diff';
import { Failure } from '../../base/failure';
import { readIfExists, writeAtomically } from '../../base/files';

/** A file and what is to become of it. */
export interface FileChange {
  readonly file: string;
  /** Undefined where there is no file yet. */
  readonly before: string | undefined;
  /** An empty text takes away a file that holds nothing else. */
  readonly after: string;
}

/** A file as it is now, and as `change` makes it. */
export function fileChange(file: string, change: (text: string | undefined) => string): FileChange {
  const before = readIfExists(file);
  return { file, before, after: change(before) };
}

export function isChange({ before = '', after }: FileChange): boolean {
  return before !== after;
}

/** A change as a patch, as `diff -u` shows it. */
export function changeAsPatch({ file, before = '', after }: FileChange): string {
  return createTwoFilesPatch(file, file, before, after, '', '', { context: 2 })
    .split('\n')
    .slice(1)
    .join('\n')
    .trimEnd();
}

/**
 * Writes the changes, each in one step, after a copy of what was there. Permissions stay, and a link stays a link.
 *
 * @returns the copies
 * @throws Failure where a file was changed by somebody else meanwhile; then that file is not touched
 */
export function writeChanges(changes: readonly FileChange[], now = new Date()): string[] {
  for (const { file, before } of changes) {
    if (readIfExists(file) !== before) {
      throw new Failure(
        `${file} was changed while this command worked on it`,
        'end Claude Code, which writes to it too, and run the command again',
      );
    }
  }
  return changes.filter(isChange).flatMap(({ file, before, after }) => {
    const target = before === undefined ? file : realpathSync(file);
    const backup = `${target}.backup-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
    if (before !== undefined) copyFileSync(target, backup);
    if (after === '') rmSync(target);
    else writeAtomically(target, after, before === undefined ? undefined : statSync(target).mode & 0o777);
    return before === undefined ? [] : [backup];
  });
}
