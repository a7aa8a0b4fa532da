import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { waitFor } from '../base/wait';

/** A running part of a control plane. */
export interface ClusterProcess {
  readonly pid: number;
  /** The program, such as kube-apiserver. */
  readonly name: string;
}

/** The programs of a control plane, in the order in which they are ended: the store goes last. */
export const componentNames: readonly string[] = [
  'kwok-controller',
  'kube-scheduler',
  'kube-controller-manager',
  'kube-apiserver',
  'etcd',
];

/** Milliseconds that a program gets to end by itself. */
const grace = 3000;

/**
 * The processes of the cluster in a folder, in the order in which they should be ended (etcd last).
 *
 * kwokctl starts each component as `bin/<component>` of that folder, with the folder as its working directory. Its pid
 * files are not asked: after a reboot a number in them may belong to a stranger. An operator's shell or `kubectl` in the
 * folder is never taken for ours.
 */
export function clusterProcesses(folder: string): readonly ClusterProcess[] {
  const real = realPath(folder);
  return processIds()
    .flatMap((pid) => {
      const name = componentIn(pid, real);
      return name === undefined ? [] : [{ pid, name }];
    })
    .sort((a, b) => componentNames.indexOf(a.name) - componentNames.indexOf(b.name));
}

/**
 * Ends the processes of the cluster in a folder by their ids and waits until they are gone.
 * The store goes last, when nobody writes to it any more.
 *
 * @returns what was ended
 */
export async function stopProcesses(folder: string): Promise<readonly ClusterProcess[]> {
  const found = clusterProcesses(folder);
  await end(
    found.filter((each) => each.name !== 'etcd'),
    folder,
  );
  await end(
    found.filter((each) => each.name === 'etcd'),
    folder,
  );
  return found;
}

async function end(processes: readonly ClusterProcess[], folder: string): Promise<void> {
  const real = realPath(folder);
  const alive = () => processes.filter((each) => componentIn(each.pid, real) !== undefined);
  for (const each of processes) send(each.pid, 'SIGTERM');
  const deadline = Date.now() + grace;
  const gone = () => {
    const left = alive();
    if (Date.now() > deadline) for (const { pid } of left) send(pid, 'SIGKILL');
    return left.length === 0 || undefined;
  };
  await waitFor(gone, { period: 50 });
}

function componentIn(pid: number, realFolder: string): string | undefined {
  try {
    // The kernel marks a folder that was deleted while a process stood in it.
    if (readlinkSync(`/proc/${pid}/cwd`).replace(/ \(deleted\)$/, '') !== realFolder) return undefined;
    const program = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '';
    return basename(dirname(program)) === 'bin' ? componentNames.find((name) => name === basename(program)) : undefined;
  } catch {
    return undefined;
  }
}

/** A path without links, as far as it exists. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}

/** The numbers of all processes of this machine. */
export function processIds(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Sends a signal to a process; one that is gone is no error. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Ended by itself in the meantime.
  }
}
