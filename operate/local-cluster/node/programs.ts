import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { libraryPath, unpackedPackages } from '../../toolchain/debian';
import { toolEnvironment } from '../../toolchain/environment';
import { executablesOnPath } from '../../toolchain/on-path';
import { addresses, cableNetwork, machineAddress, type NodePlace } from './place';

/** What a node runs that this project does not build, by the Debian package that has it. */
const needed: Readonly<Record<string, readonly string[]>> = {
  catatonit: ['catatonit'],
  conntrack: ['conntrack'],
  containerd: ['containerd', 'containerd-shim-runc-v2', 'ctr'],
  ipset: ['ipset'],
  iproute2: ['ip'],
  iptables: ['xtables-nft-multi'],
  runc: ['runc'],
  slirp4netns: ['slirp4netns'],
};

/** Plugins that make a pod's network, no programs of the search path. */
const pluginPackage = 'containernetworking-plugins';
const pluginFolders = ['usr/lib/cni', 'opt/cni/bin'];

/** Names by which the node's programs call the one that writes rules. */
const tables = ['iptables', 'ip6tables'].flatMap((name) => [name, `${name}-save`, `${name}-restore`]);

/** What a node runs beside what this project builds. */
export interface Programs {
  /** The environment in which they find each other and their libraries. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder of the plugins that make a pod's network. */
  readonly plugins: string;
  /** Path of a program. */
  readonly path: (name: string) => string;
}

/**
 * The programs of the machine where it has them, else those of Debian's packages, unpacked below the fleet home.
 *
 * @throws Failure where a program is missing and this is no Debian, or its archive cannot be reached
 */
export async function obtainPrograms({ home, folder }: NodePlace): Promise<Programs> {
  const lacking = Object.keys(needed).filter((name) =>
    needed[name]?.some((program) => onMachine(program) === undefined),
  );
  const ownPlugins = pluginFolders.map((each) => join('/', each)).find((each) => existsSync(join(each, 'bridge')));
  if (ownPlugins === undefined) lacking.push(pluginPackage);
  const tree = lacking.length === 0 ? undefined : await unpackedPackages(home, lacking);
  const find = (program: string) => {
    const path = (tree === undefined ? undefined : inTree(tree, program)) ?? onMachine(program);
    if (path === undefined) throw new Error(`${program} is in none of the packages ${lacking.join(', ')}`);
    return path;
  };
  const bin = join(folder, 'bin');
  rmSync(bin, { recursive: true, force: true });
  mkdirSync(bin, { recursive: true });
  const all = Object.values(needed).flat();
  for (const program of all) symlinkSync(find(program), join(bin, program));
  for (const name of tables) symlinkSync(find('xtables-nft-multi'), join(bin, name));
  const libraries = tree === undefined ? '' : libraryPath(tree);
  const extensions = libraries.split(':').map((each) => join(each, 'xtables'));
  const xtables = extensions.find((each) => existsSync(each));
  return {
    env: {
      ...pastProxies(toolEnvironment(home)),
      PATH: `${bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      ...(libraries && { LD_LIBRARY_PATH: libraries }),
      ...(xtables && { XTABLES_LIBDIR: xtables }),
    },
    plugins: ownPlugins ?? join(tree as string, pluginFolders[0] as string),
    path: (name) => join(bin, name),
  };
}

/** A node pulls images by the operator's proxy, which knows nothing of the cluster's own addresses. */
export function pastProxies(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const own = [machineAddress, '127.0.0.1', 'localhost', addresses.pods, addresses.services, cableNetwork];
  const all = [environment.NO_PROXY ?? environment.no_proxy, ...own].filter((each) => each).join(',');
  return { ...environment, NO_PROXY: all, no_proxy: all };
}

function onMachine(program: string): string | undefined {
  return executablesOnPath(program, `${process.env.PATH ?? ''}:/usr/sbin:/sbin`)[0];
}

function inTree(tree: string, program: string): string | undefined {
  const folders = ['usr/sbin', 'usr/bin', 'sbin', 'bin'].map((each) => join(tree, each)).join(':');
  return executablesOnPath(basename(program), folders)[0];
}
