import { execFile } from 'node:child_process';

/** A call of git that failed. The message is git's own last word. */
export class GitError extends Error {}

/** Seconds that a remote has for its answer. */
export const remoteSeconds = 15;

/**
 * Calls git, which never asks a person anything and knows no repository but the one at hand.
 *
 * @param folder to work in
 * @throws GitError
 */
export function git(folder: string, args: readonly string[], seconds = remoteSeconds): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      'git',
      ['-C', folder, ...args],
      { env: quietEnvironment(), timeout: seconds * 1000, maxBuffer: 2 ** 28 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else if (error.code === 'ENOENT') reject(new GitError('git is not on PATH'));
        else reject(new GitError(error.killed ? `no answer within ${seconds} s` : lastWord(stderr)));
      },
    );
  });
}

/** The same, with nothing where git fails: for questions whose answer may be no. */
export async function askGit(folder: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await git(folder, args)).trimEnd();
  } catch {
    return undefined;
  }
}

/** The operator's environment, credentials included, without what makes git ask or work elsewhere. */
function quietEnvironment(): NodeJS.ProcessEnv {
  const { GIT_DIR: _, GIT_WORK_TREE: __, GIT_INDEX_FILE: ___, GIT_PREFIX: ____, ...kept } = process.env;
  return {
    ...kept,
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    SSH_ASKPASS: '',
    GIT_SSH_COMMAND: process.env.GIT_SSH_COMMAND ?? 'ssh -o BatchMode=yes',
  };
}

function lastWord(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => /^(fatal|error):/.test(line)) ?? lines.at(-1) ?? 'no reason given').trim();
}
