/**
 * Whether two URLs name the same repository, whichever way each of them goes there: https, ssh, or `git@host:path` as
 * git's own tools write it. Names of users, the schemes' own ports, `.git` and a slash at the end make no difference; nor
 * does case, as Argo CD has it.
 */
export function sameRepository(one: string, other: string): boolean {
  return placeOf(one) === placeOf(other);
}

function placeOf(given: string): string {
  const text = given.trim().toLowerCase();
  // Not a URL: git takes what is before the first colon for a host where no slash comes earlier.
  const short = /^(?:[^@/:]+@)?([^/:]+):(?!\/\/)(.+)$/.exec(text);
  const long = /^(?:https?|ssh|git):\/\/(?:[^@/]*@)?([^/]+?)(?::(?:22|80|443|9418)?)?\/(.+)$/.exec(text);
  const [, host, path] = long ?? short ?? [];
  if (host === undefined || path === undefined) return text;
  return `${host}/${path
    .replace(/^\/+/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')}`;
}
