import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild } from '../base/child';
import { Failure, throwIfInterrupted } from '../base/failure';
import { type GitCredentials, gitEnvironment, gitTokenVariable } from './credentials';

/** A branch of a remote repository. */
export interface RemoteBranch {
  readonly url: string;
  readonly branch: string;
}

/** The newest commit of a branch. */
export interface Head {
  readonly commit: string;
  /** When it was made, by the clock of who made it. */
  readonly date: Date;
}

export interface GitOptions {
  readonly credentials: GitCredentials;
  readonly signal?: AbortSignal | undefined;
  /** Time for one call of git, in seconds. @default 60 for the head of a branch, 1800 for a copy */
  readonly timeoutSeconds?: number;
}

/**
 * The newest commit of a branch, without its files.
 *
 * @returns undefined where the repository has no such branch
 * @throws Failure when the remote cannot be read
 */
export async function remoteHead(remote: RemoteBranch, given: GitOptions): Promise<Head | undefined> {
  const options = { timeoutSeconds: 60, ...given };
  const folder = mkdtempSync(join(tmpdir(), 'memory-fleet-head-'));
  try {
    if (!(await hasBranch(remote, options))) return undefined;
    const place = join(folder, 'head.git');
    await clone(remote, place, ['--bare', '--depth=1', '--filter=tree:0'], options);
    return await headOf(place, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Copies a branch with its files and its history. The copy does not know where it comes from.
 *
 * @param folder must not exist
 * @returns the newest commit, undefined where the repository has no such branch
 * @throws Failure when the remote cannot be read
 */
export async function copyBranch(remote: RemoteBranch, folder: string, options: GitOptions): Promise<Head | undefined> {
  if (!(await hasBranch(remote, options))) return undefined;
  await clone(remote, folder, [], options);
  await git(['-C', folder, 'remote', 'remove', 'origin'], remote, options);
  return headOf(join(folder, '.git'), options);
}

async function hasBranch(remote: RemoteBranch, options: GitOptions): Promise<boolean> {
  const found = await git(['ls-remote', '--', remote.url, `refs/heads/${remote.branch}`], remote, options);
  return found.trim() !== '';
}

function clone(remote: RemoteBranch, folder: string, extra: readonly string[], options: GitOptions): Promise<string> {
  const { branch, url } = remote;
  const only = ['--quiet', '--single-branch', '--no-tags', '--branch', branch];
  return git(['clone', ...only, ...extra, '--', url, folder], remote, options);
}

async function headOf(gitDir: string, options: GitOptions): Promise<Head> {
  const text = await git(['--git-dir', gitDir, 'log', '-1', '--format=%H %cI'], undefined, options);
  const [commit = '', date = ''] = text.trim().split(' ');
  return { commit, date: new Date(date) };
}

async function git(
  args: readonly string[],
  remote: RemoteBranch | undefined,
  { credentials, signal, timeoutSeconds = 1800 }: GitOptions,
): Promise<string> {
  const limit = AbortSignal.timeout(timeoutSeconds * 1000);
  const { exitCode, stdout, stderr, startError } = await runChild('git', args, {
    env: gitEnvironment(credentials),
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
    graceSeconds: 2,
  });
  throwIfInterrupted(signal);
  if (exitCode === 0) return stdout;
  if (startError) throw new Failure(`git cannot be run: ${startError.message}`, 'install git');
  const complaint = limit.aborted ? `no answer within ${timeoutSeconds} s` : complaintOf(stderr);
  throw new Failure(
    remote ? `${remote.url} cannot be read: ${complaint}` : `git failed: ${complaint}`,
    `check that the remote is up and that ${credentials.origin} may read it; ${gitTokenVariable} names another token`,
  );
}

/** Git's own last word, without what it says in between. */
function complaintOf(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => /^(fatal|error):/.test(line)) ?? lines.at(-1) ?? 'no reason given').trim();
}
