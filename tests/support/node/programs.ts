import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { waitFor } from '../../../operate/base/wait';
import { get } from '../../../operate/cluster/api';
import { nodePlace } from '../../../operate/local-cluster/node';
import {
  firstProcess,
  type Inside,
  mustRunInside,
  nodeProcesses,
  runInside,
  startInside,
} from '../../../operate/local-cluster/node/namespaces';
import type { NodePlace } from '../../../operate/local-cluster/node/place';
import { controlPlane } from '../cluster/control-plane';
import { clusterName } from '../cluster/lanes';
import { nodeApi } from './pods';

/** Where the node of this layer lies. */
export function placeOfNode() {
  return nodePlace(fleetHomeAt(controlPlane().folder), clusterName);
}

function inside(place = placeOfNode()): Inside {
  const pid = firstProcess(place);
  if (pid === undefined) throw new Error('the node does not run');
  return { place, pid, env: { PATH: `${join(place.folder, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin` } };
}

/** Runs a program on the node, beside those of pods. @throws Error where it fails */
export function onNode(command: string, ...args: readonly string[]): Promise<string> {
  return mustRunInside(inside(), command, args);
}

/** Runs a program on the node that reads its standard input. @throws Error where it fails */
export async function onNodeWith(input: string, command: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stderr, stdout } = await runInside(inside(), command, args, input);
  if (exitCode !== 0) throw new Error(`${command} on the node: ${stderr}`);
  return stdout;
}

/** Runs containerd's own client. @throws Error where it fails */
export function ctr(...args: readonly string[]): Promise<string> {
  return onNode('ctr', '--namespace', 'k8s.io', ...args);
}

/** Kills a container of a pod, as the kernel does where memory runs out. */
export async function killContainer({ status }: V1Pod, name: string): Promise<void> {
  const id = status?.containerStatuses?.find((each) => each.name === name)?.containerID?.replace('containerd://', '');
  await ctr('tasks', 'kill', '--signal', 'SIGKILL', id ?? '');
}

/** Kills the kubelet of a node, leaves it away for some seconds, and starts it again; everything else of the node goes on. */
export async function restartKubelet(place: NodePlace, awaySeconds: number): Promise<void> {
  const kubelet = () => nodeProcesses(place).find(({ name }) => name === 'kubelet');
  const { pid = 0 } = kubelet() ?? {};
  const [command = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  process.kill(pid, 'SIGKILL');
  await waitFor(() => (kubelet() === undefined ? true : undefined), { seconds: 10, period: 50 });
  await sleep(awaySeconds * 1000);
  startInside(inside(place), command, args);
}

/** Folder on the node of the volume of a claim. */
export async function volumeOf(namespace: string, claim: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${claim}`;
  const found = await get<{ spec: { volumeName?: string } }>(await nodeApi(), path);
  return join(placeOfNode().volumes, found?.spec.volumeName ?? '');
}
