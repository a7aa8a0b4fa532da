/**
 * A repository's URL as Argo CD compares it: in lower case, without `.git`, and the two ways of writing ssh as one.
 * @see https://github.com/argoproj/argo-cd/blob/v3.4.0/util/git/git.go NormalizeGitURL
 */
export function comparableUrl(url: string): string {
  const lower = url.trim().toLowerCase();
  const isSsh = /^(ssh:\/\/)?[^/:]*@[^@]+$/.test(lower);
  const written = isSsh && !lower.startsWith('ssh://') ? `ssh://${lower.replace(':', '/')}` : lower;
  return written.replace(/\.git$/, '').replace(/^ssh:\/\//, '');
}
