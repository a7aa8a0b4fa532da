import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from '../../../operate/base/child';
import { distributionProgram } from '../contract/program';

/** Settings that a kubelet or a plugin for networks would change for the whole machine. */
const settings = [
  'kernel/panic',
  'kernel/panic_on_oops',
  'net/ipv4/ip_forward',
  'vm/overcommit_memory',
  'vm/panic_on_oom',
];

/** Folders in which container runtimes, kubelets and plugins keep things by themselves. */
const folders = ['/etc/cni', '/opt/cni', '/run', '/run/netns', '/var/lib', '/var/lib/cni', '/var/log', '/var/log/pods'];

/** Everything of a machine that a node could leave something in, by kind, each thing a line. */
export async function tracesOnMachine(): Promise<Readonly<Record<string, readonly string[]>>> {
  return {
    mounts: readFileSync('/proc/self/mounts', 'utf8').split('\n').sort(),
    interfaces: readdirSync('/sys/class/net').sort(),
    rules: [...(await rules('iptables-save')), ...(await rules('ip6tables-save'))],
    groups: topmostGroups().toSorted(),
    settings: settings.map((each) => `${each}: ${readFileSync(join('/proc/sys', each), 'utf8').trim()}`),
    folders: folders.flatMap((folder) => entries(folder).map((entry) => join(folder, entry))),
  };
}

/** Rules and chains without the packets that they counted. Listing them makes the tables, which stay empty. */
async function rules(command: string): Promise<readonly string[]> {
  const { path, env } = await distributionProgram('xtables-nft-multi', 'iptables');
  const { stdout } = await runChild(path, [command], { env: { ...env } });
  return stdout.split('\n').flatMap((line) => (/^(-A|:\S+ -)/.test(line) ? [line.replace(/\[\d+:\d+\]/, '')] : []));
}

/**
 * The topmost control groups: of the one hierarchy of version 2, or of each hierarchy of version 1. What is below them others
 * make and remove all the time, for every session and service.
 */
function topmostGroups(): readonly string[] {
  const root = '/sys/fs/cgroup';
  const below = (folder: string) =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [join(folder, entry.name)] : [],
    );
  return existsSync(join(root, 'cgroup.controllers')) ? below(root) : below(root).flatMap(below);
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
