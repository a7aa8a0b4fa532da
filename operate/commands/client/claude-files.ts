import { homedir } from 'node:os';
import { join } from 'node:path';

/** Whom an entry is for, in the words of Claude Code. */
export type ClaudeScope = 'user' | 'project';

/** The files of Claude Code that an entry and its instructions go to. */
export interface ClaudeFiles {
  readonly configuration: string;
  readonly instructions: string;
}

/**
 * Files of a scope.
 * @param directory of the project
 */
export function claudeFiles(scope: ClaudeScope, directory: string, home = homedir()): ClaudeFiles {
  return scope === 'user'
    ? { configuration: join(home, '.claude.json'), instructions: join(home, '.claude', 'CLAUDE.md') }
    : { configuration: join(directory, '.mcp.json'), instructions: join(directory, 'CLAUDE.md') };
}
