import { existsSync } from 'node:fs';
import { runChild } from '../../base/child';
import type { FleetHome } from '../../base/fleet-home';
import { waitFor } from '../../base/wait';
import { type ClusterProcess, send } from '../processes';
import { removeCgroups } from './cgroups';
import { firstProcess, type Inside, nodeProcesses, runInside } from './namespaces';
import { type NodePlace, nodePlace } from './place';

const searchPath = '/usr/sbin:/usr/bin:/sbin:/bin';

/** Seconds that containers get to end by themselves: what is written must be whole. */
const grace = 10;

/**
 * Ends a real node: its containers first, so that they can finish, then everything else at once. Its network, mounts and
 * rules were in namespaces that end with their last process; its control groups are removed. What it has on disk stays.
 *
 * @returns what was ended; nothing where it did not run
 */
export async function stopNode(home: FleetHome, cluster: string): Promise<readonly ClusterProcess[]> {
  const place = nodePlace(home, cluster);
  if (!existsSync(place.folder)) return [];
  const found = nodeProcesses(place);
  const pid = firstProcess(place);
  if (pid !== undefined) await endContainers({ place, pid, env: { PATH: `${place.folder}/bin:${searchPath}` } }, found);
  for (const each of found) send(each.pid, 'SIGKILL');
  const alive = new Set(found.map((each) => each.pid));
  await waitFor(
    () => {
      for (const id of alive) if (!existsSync(`/proc/${id}`)) alive.delete(id);
      return alive.size === 0 || undefined;
    },
    { seconds: 20, period: 50 },
  );
  await unplug(place);
  await removeWhenEmpty(place.cgroup);
  return found;
}

async function endContainers(inside: Inside, found: readonly ClusterProcess[]): Promise<void> {
  for (const { pid, name } of found) if (name === 'kubelet') send(pid, 'SIGKILL');
  const running = async () => {
    const { stdout } = await runInside(inside, 'ctr', ['--namespace', 'k8s.io', 'tasks', 'ls']);
    return stdout.split('\n').flatMap((line) => /^(\S+)\s+\d+\s+RUNNING/.exec(line)?.[1] ?? []);
  };
  const tasks = await running();
  await Promise.all(tasks.map((task) => runInside(inside, 'ctr', ['--namespace', 'k8s.io', 'tasks', 'kill', task])));
  await waitFor(async () => (await running()).length === 0 || undefined, { seconds: grace, period: 200 });
}

/** A network outlives its last process while the kernel waits for answers to what was sent; its cable goes at once. */
async function unplug({ cable }: NodePlace): Promise<void> {
  if (!existsSync(`/sys/class/net/${cable.name}`)) return;
  await runChild('ip', ['link', 'delete', cable.name], { env: { PATH: searchPath } });
}

/** A group may hold a process for a moment after that was ended. */
async function removeWhenEmpty(cgroup: string): Promise<void> {
  let last: unknown;
  const removed = () => {
    try {
      removeCgroups(cgroup);
      return true;
    } catch (error) {
      last = error;
      return undefined;
    }
  };
  if (!(await waitFor(removed, { seconds: 10, period: 100 }))) throw last;
}
