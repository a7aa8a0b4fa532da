import type { PodsSettings } from '../../../../config/cluster/pods';

const everyOther = '*';

/**
 * An image as it is pulled on a cluster whose images come from a mirror. Tag and digest stay: a mirror has the same
 * content under another name.
 */
export function mirrored(image: string, { imageMirror }: PodsSettings): string {
  if (imageMirror === undefined) return image;
  const [, named = '', version = ''] = /^(.*?)((?::[^:/@]+)?(?:@.*)?)$/.exec(image) ?? [];
  const repository = withRegistry(named);
  if (Object.values(imageMirror).some((mirror) => isBelow(repository, mirror))) return image;
  const [longest] = Object.keys(imageMirror)
    .filter((beginning) => beginning !== everyOther && isBelow(repository, beginning))
    .sort((a, b) => b.length - a.length);
  const beginning = longest ?? repository.slice(0, repository.indexOf('/'));
  const mirror = imageMirror[longest ?? everyOther];
  return mirror === undefined ? image : `${mirror}${repository.slice(beginning.length)}${version}`;
}

/** Docker's own registry goes without saying, and so does its folder of official images. */
function withRegistry(repository: string): string {
  const [first = '', ...rest] = repository.split('/');
  if (rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')) return repository;
  return rest.length > 0 ? `docker.io/${repository}` : `docker.io/library/${repository}`;
}

function isBelow(repository: string, beginning: string): boolean {
  return repository === beginning || repository.startsWith(`${beginning}/`);
}
