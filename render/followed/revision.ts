import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askGit, GitError, git } from './git';
import { sameRepository } from './url';

/** What Argo CD follows, as the stack file names it. */
export interface Followed {
  /** URL by which it is known here. */
  readonly url: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

/** The commit that a revision stands for, in a repository on this machine that has its files. */
export interface FollowedCommit {
  readonly repository: string;
  readonly commit: string;
  /** Why it may no longer be the one that Argo CD sees, with its age; absent where the remote itself was asked. */
  readonly stale?: string;
  /** Commits that it has and the checkout has not. */
  readonly ahead: number;
}

/** Thrown where nothing is known of a revision. */
export class UnknownRevisionError extends Error {}

/** Seconds for copying one revision of a repository that the checkout does not know. */
const copySeconds = 60;
const wholeName = /^[0-9a-f]{40}([0-9a-f]{24})?$/i;

/**
 * Finds the commit that Argo CD follows and hands it to `use`. The remote is asked for it. Its files come from the
 * checkout, where that is of the same repository, which keeps what it fetches; else from a copy of that revision alone, which
 * is gone afterwards. A remote that gives no answer leaves what the checkout knew of it.
 *
 * @throws UnknownRevisionError
 */
export async function withFollowedCommit<T>(
  checkout: string,
  followed: Followed,
  use: (found: FollowedCommit) => Promise<T>,
): Promise<T> {
  const remote = await remoteOf(checkout, followed.url);
  if (remote !== undefined) return use(await inCheckout(checkout, remote, followed));
  const copy = mkdtempSync(join(tmpdir(), 'memory-fleet-followed-'));
  try {
    return await use(await inCopy(copy, followed));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The remote of a checkout that is a repository; undefined where none is, or there is no git. */
async function remoteOf(checkout: string, url: string): Promise<string | undefined> {
  const lines = ((await askGit(checkout, ['config', '--get-regexp', '^remote\\..*\\.url$'])) ?? '').split('\n');
  for (const line of lines) {
    const [, name, written] = /^remote\.(.+)\.url (.+)$/.exec(line) ?? [];
    if (name === undefined || written === undefined) continue;
    // As it is written, and as git itself reads it.
    const read = (await askGit(checkout, ['ls-remote', '--get-url', name])) ?? written;
    if (sameRepository(written, url) || sameRepository(read, url)) return name;
  }
  return undefined;
}

async function inCheckout(repository: string, remote: string, { revision, url }: Followed): Promise<FollowedCommit> {
  const found = async (commit: string, stale?: string): Promise<FollowedCommit> => ({
    repository,
    commit,
    ahead: Number((await askGit(repository, ['rev-list', '--count', `HEAD..${commit}`])) ?? 0),
    ...(stale === undefined ? {} : { stale }),
  });
  if (wholeName.test(revision) && (await has(repository, revision))) return found(revision.toLowerCase());
  try {
    const ref = wholeName.test(revision)
      ? { name: revision, commit: revision }
      : await refOf(repository, remote, revision);
    if (ref !== undefined) {
      if (!(await has(repository, ref.commit))) {
        await git(
          repository,
          ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--', remote, ref.name],
          copySeconds,
        );
      }
      return await found(ref.commit);
    }
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const known = await knownCommit(repository, [`refs/remotes/${remote}/${revision}`, `refs/tags/${revision}`]);
    const unreachable = `${url} cannot be read (${error.message})`;
    if (known === undefined)
      throw new UnknownRevisionError(`${unreachable}, and this checkout knows no ${revision} of it`);
    return found(known, `${unreachable}; what is known of it is ${await ageOf(repository, known)} old`);
  }
  const short = /^[0-9a-f]{7,}$/i.test(revision) ? await knownCommit(repository, [revision]) : undefined;
  if (short !== undefined) return found(short);
  throw new UnknownRevisionError(noSuch(revision, url));
}

async function inCopy(repository: string, { revision, url }: Followed): Promise<FollowedCommit> {
  try {
    await git(repository, ['init', '--quiet', '--bare']);
    const ref = wholeName.test(revision) ? { name: revision } : await refOf(repository, url, revision);
    if (ref === undefined) throw new UnknownRevisionError(noSuch(revision, url));
    await git(repository, ['fetch', '--quiet', '--depth=1', '--no-tags', '--', url, ref.name], copySeconds);
    return { repository, commit: (await git(repository, ['rev-parse', 'FETCH_HEAD^{commit}'])).trim(), ahead: 0 };
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw new UnknownRevisionError(`no remote of this checkout is ${url}, and it cannot be read (${error.message})`);
  }
}

/** The branch or tag that a revision is on a remote; undefined where it is neither. A branch goes before a tag. */
async function refOf(repository: string, remote: string, revision: string) {
  const names = [`refs/heads/${revision}`, `refs/tags/${revision}^{}`, `refs/tags/${revision}`, revision];
  const answer = await git(repository, ['ls-remote', '--quiet', '--', remote, ...names]);
  const refs = new Map(answer.split('\n').map((line) => line.split('\t').reverse() as [string, string]));
  const name = names.find((each) => refs.has(each));
  const commit = name === undefined ? undefined : refs.get(name);
  return name === undefined || commit === undefined ? undefined : { name: name.replace(/\^\{\}$/, ''), commit };
}

async function has(repository: string, commit: string): Promise<boolean> {
  return (await askGit(repository, ['cat-file', '-e', `${commit}^{commit}`])) !== undefined;
}

async function knownCommit(repository: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const commit = await askGit(repository, [
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${name}^{commit}`,
    ]);
    if (commit) return commit;
  }
  return undefined;
}

/** Time since the last fetch; since the commit was made, where the checkout never fetched. */
async function ageOf(repository: string, commit: string): Promise<string> {
  const head = await askGit(repository, ['rev-parse', '--path-format=absolute', '--git-path', 'FETCH_HEAD']);
  const fetched = head === undefined ? undefined : statSync(head, { throwIfNoEntry: false })?.mtimeMs;
  const made = Number(await askGit(repository, ['log', '-1', '--format=%ct', commit])) * 1000;
  const hours = Math.floor((Date.now() - (fetched ?? made)) / 3_600_000);
  if (hours < 1) return 'less than an hour';
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

function noSuch(revision: string, url: string): string {
  return `${revision} is neither a branch nor a tag nor a commit of ${url}`;
}
