import { existsSync } from 'node:fs';
import { runChild } from '../../base/child';
import { Failure } from '../../base/failure';
import { executablesOnPath } from '../../toolchain/on-path';

/** What a machine is asked for a real node. */
export interface Machine {
  readonly platform: string;
  /** Number of the user, undefined on systems that have none. */
  readonly user: number | undefined;
  readonly has: (path: string) => boolean;
  readonly finds: (program: string) => boolean;
}

const thisMachine: Machine = {
  platform: process.platform,
  user: process.getuid?.(),
  has: existsSync,
  finds: (program) => executablesOnPath(program, `${process.env.PATH ?? ''}:/usr/sbin:/sbin`).length > 0,
};

/** What a machine lacks for a real node, each a reason; none where it can run one. */
export function lacking(machine: Machine = thisMachine): readonly string[] {
  if (machine.platform !== 'linux') return [`this system is ${machine.platform}, not Linux`];
  return [
    ...(machine.user === 0 ? [] : ['you are not root']),
    ...(machine.has('/dev/net/tun') ? [] : ['/dev/net/tun is not there']),
    ...(machine.has('/sys/fs/cgroup') ? [] : ['/sys/fs/cgroup is not mounted']),
    ...['nsenter', 'unshare', 'mount'].filter((name) => !machine.finds(name)).map((name) => `${name} is not on PATH`),
  ];
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
