import type { ImageFiles } from '../../../operate/oci/image';
import { programFiles } from './parts';

/** What scripts find in Debian's slim image, by packages: tools that know more than BusyBox does, and no client for HTTP. */
const programs: Readonly<Record<string, readonly string[]>> = {
  bash: ['bash'],
  coreutils: (
    '[ base64 basename cat chgrp chmod chown cp cut date dd df dirname du echo env expr false head id ln ls mkdir mktemp mv ' +
    'nproc od printf pwd readlink realpath rm rmdir seq sha256sum sleep sort stat tail tee test timeout touch tr true ' +
    'uname uniq wc whoami yes'
  ).split(' '),
  dash: ['dash'],
  findutils: ['find', 'xargs'],
  grep: ['grep'],
  gzip: ['gzip'],
  sed: ['sed'],
  tar: ['tar'],
};

/**
 * The shell and the tools of Debian's slim image, from this machine or from Debian's packages.
 *
 * @throws Missing
 */
export async function debianSlimFiles(): Promise<ImageFiles> {
  const all = Object.entries(programs).flatMap(([packageName, names]) => names.map((name) => ({ name, packageName })));
  const files = await Promise.all(
    all.map(({ name, packageName }) => programFiles(`/usr/bin/${name}`, name, packageName)),
  );
  return { ...Object.assign({}, ...files), '/bin/sh': { link: '/usr/bin/dash' } };
}
