import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from '../../../operate/base/child';
import type { Content, ImageFiles, Owner } from '../../../operate/oci/image';
import { librariesOf } from '../../../operate/oci/libraries';
import { Missing } from '../contract/missing';
import { distributionProgram } from '../contract/program';

/** PATH of Alpine and of Debian. */
export const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A user of an image, with a group of the same name unless it has another. */
export interface User {
  readonly ids: Owner;
  readonly home: string;
  readonly group?: string;
}

/** The files that name users and groups, root among them, and the order in which names of hosts are looked up. */
export function accounts(users: Readonly<Record<string, User>> = {}): ImageFiles {
  const all = Object.entries<User>({ root: { ids: [0, 0], home: '/root' }, ...users });
  const passwd = all.map(([name, { ids, home }]) => `${name}:x:${ids[0]}:${ids[1]}::${home}:/bin/sh\n`);
  const groups = all.map(([name, { ids, group = name }]) => `${group}:x:${ids[1]}:\n`);
  return {
    '/etc/passwd': { text: passwd.join('') },
    '/etc/group': { text: groups.join('') },
    '/etc/nsswitch.conf': { text: 'hosts: files dns\n' },
    '/root': { folder: { mode: 0o700 } },
    '/tmp': { folder: { mode: 0o1777 } },
  };
}

/**
 * A program of the distribution with its libraries.
 *
 * @param at where the image has it
 * @param packageName package of Debian that has the program
 * @throws Missing
 */
export async function programFiles(at: string, name: string, packageName = name): Promise<ImageFiles> {
  const { path, env } = await distributionProgram(name, packageName);
  return { ...(await librariesOf([path], env.LD_LIBRARY_PATH)), [at]: { from: path } };
}

/**
 * BusyBox under the name of each of its tools, as Alpine has them.
 *
 * @throws Missing
 */
export async function busyboxFiles(): Promise<ImageFiles> {
  const { path, env } = await distributionProgram('busybox');
  const { stdout } = await runChild(path, ['--list'], { env });
  const tools = stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
  const links = tools.map((name): [string, Content] => [`/bin/${name}`, { link: 'busybox' }]);
  return { ...Object.fromEntries(links), ...(await programFiles('/bin/busybox', 'busybox')) };
}

/** Where a program finds the certificates of public authorities: Debian's own place, Alpine's, and that of Debian's OpenSSL. */
const bundles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/cert.pem', '/usr/lib/ssl/cert.pem'] as const;

/**
 * The certificates of public authorities that this machine trusts.
 *
 * @throws Missing
 */
export function certificateFiles(): ImageFiles {
  const [place, ...others] = bundles;
  if (!existsSync(place)) throw new Missing(`there is no ${place}`, 'install the package ca-certificates');
  return { [place]: { from: place }, ...Object.fromEntries(others.map((other) => [other, { link: place }])) };
}

/**
 * A folder of this machine with everything below it, links as the files that they lead to.
 *
 * @param left whether a name is left out, with what lies below it
 */
export function folderFiles(
  at: string,
  folder: string,
  owner: Owner = [0, 0],
  left = (_: string) => false,
): ImageFiles {
  const files: Record<string, Content> = { [at]: { folder: {}, owner } };
  for (const name of readdirSync(folder)) {
    if (left(name)) continue;
    const [inside, here] = [join(at, name), join(folder, name)];
    if (statSync(here).isDirectory()) Object.assign(files, folderFiles(inside, here, owner, left));
    else files[inside] = { from: here, owner };
  }
  return files;
}

/**
 * The modules of Python below a folder that are machine code, save for the libraries that a wheel brings for its own.
 *
 * @param left whether a name is left out, with what lies below it
 */
export function extensionsBelow(folder: string, left = (_: string) => false): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (left(entry.name) || entry.name.endsWith('.libs')) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return extensionsBelow(path, left);
    return /\.so(\.\d+)*$/.test(entry.name) ? [path] : [];
  });
}
