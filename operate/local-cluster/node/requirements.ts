import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { runChild } from '../../base/child';
import { Failure } from '../../base/failure';
import { lastLines } from '../../toolchain/go';
import { executablesOnPath } from '../../toolchain/on-path';
import { makeCgroups, removeCgroups } from './cgroups';

/** What a machine is asked for a real node. */
export interface Machine {
  readonly platform: string;
  /** Number of the user, undefined on systems that have none. */
  readonly user: number | undefined;
  readonly has: (path: string) => boolean;
  readonly finds: (program: string) => boolean;
  /** What root may not do after all, as in a container without privileges. It is tried, and leaves nothing. */
  readonly forbids: () => readonly string[];
}

const thisMachine: Machine = {
  platform: process.platform,
  user: process.getuid?.(),
  has: existsSync,
  finds: (program) => executablesOnPath(program, `${process.env.PATH ?? ''}:/usr/sbin:/sbin`).length > 0,
  forbids: () => Object.entries(tried).flatMap(([what, attempt]) => refusal(what, attempt)),
};

/** What only the kernel can say, each by what a node needs it for. */
const tried: Readonly<Record<string, () => void>> = {
  'no network and mounts of its own': () => {
    const apart = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--propagation', 'private'];
    const mounts = ['mount', '-t', 'tmpfs', 'memory-fleet', '/run'];
    const { error, status, stderr } = spawnSync('unshare', [...apart, ...mounts], { encoding: 'utf8' });
    if (error ?? status !== 0) throw error ?? new Error(lastLines(stderr, 1));
  },
  'no control groups': () => {
    const name = `memory-fleet-tried-${process.pid}`;
    makeCgroups(name);
    removeCgroups(name);
  },
  'no network device': () => closeSync(openSync('/dev/net/tun', 'r+')),
};

function refusal(what: string, attempt: () => void): readonly string[] {
  try {
    attempt();
    return [];
  } catch (error) {
    return [`${what}: ${(error as Error).message}`];
  }
}

/** What a machine lacks for a real node, each a reason; none where it can run one. */
export function lacking(machine: Machine = thisMachine): readonly string[] {
  if (machine.platform !== 'linux') return [`this system is ${machine.platform}, not Linux`];
  const missing = [
    ...(machine.user === 0 ? [] : ['you are not root']),
    ...(machine.has('/dev/net/tun') ? [] : ['/dev/net/tun is not there']),
    ...(machine.has('/sys/fs/cgroup') ? [] : ['/sys/fs/cgroup is not mounted']),
    ...['nsenter', 'unshare', 'mount'].filter((name) => !machine.finds(name)).map((name) => `${name} is not on PATH`),
  ];
  return missing.length > 0 ? missing : machine.forbids();
}

/** @throws Failure that names what is missing for a real node */
export function requireMachine(machine: Machine = thisMachine): void {
  const missing = lacking(machine);
  if (missing.length === 0) return;
  throw new Failure(
    `a real node needs Linux and root: ${missing.join('; ')}`,
    machine.platform === 'linux' ? 'run it as root, or leave out --real' : 'leave out --real: nodes are simulated then',
  );
}

/** Asks the kernel for what a node's pods need and what it does not load by itself. Where it is built in nothing happens. */
export async function loadModules(): Promise<void> {
  for (const name of ['overlay', 'br_netfilter']) {
    await runChild('modprobe', [name], { env: { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` } });
  }
}
