import { createHash } from 'node:crypto';
import { askGit, git } from './git';
import type { FollowedCommit } from './revision';

/**
 * The files below a folder of a commit, by their paths in it; none where there is no such folder. Only the text of those
 * that differ from what is expected is read.
 */
export async function filesOf(
  { commit, repository }: FollowedCommit,
  folder: string,
  expected: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const tree = await askGit(repository, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${commit}:${folder}`,
  ]);
  if (!tree) return new Map();
  const listed = await git(repository, ['ls-tree', '-r', '-z', '--full-tree', tree]);
  const files = new Map<string, string>();
  for (const entry of listed.split('\0')) {
    const [, mode, type, id = '', path = ''] = /^(\d+) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
    if (mode === undefined) continue;
    const text = expected.get(path);
    if (type === 'blob' && mode !== '120000' && text !== undefined && blobId(text, id.length) === id) {
      files.set(path, text);
    } else {
      // A link or another repository has no text of its own.
      files.set(path, type === 'blob' && mode !== '120000' ? await git(repository, ['cat-file', 'blob', id]) : '');
    }
  }
  return files;
}

/** The name that git gives to a file with this text, in a repository whose names have this length. */
function blobId(text: string, length: number): string {
  const content = Buffer.from(text);
  const hash = createHash(length === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${content.length}\0`).update(content).digest('hex');
}
