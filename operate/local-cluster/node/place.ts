import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { FleetHome } from '../../base/fleet-home';
import { realPath } from '../processes';

/** Name of the real node on its cluster. */
export const nodeName = 'real';

/** Where the node finds what listens on the loopback address of the machine: slirp4netns answers there. */
export const machineAddress = '10.0.2.2';

/** Addresses of the cluster, all of them inside the node's own network. */
export const addresses = {
  pods: '10.244.0.0/24',
  services: '10.0.0.0/24',
  api: '10.0.0.1',
  dns: '10.0.0.10',
  /** Where slirp4netns answers names as the machine itself would. */
  machineDns: '10.0.2.3',
} as const;

/** Where all cables have their addresses: set aside for benchmarks (RFC 2544), so that no operator's own are hidden. */
export const cableNetwork = '198.18.0.0/16';

/** The node's command line tools find containerd here. The folder is the node's own: it is mounted for it alone. */
export const containerdSocket = '/run/containerd/containerd.sock';

/** Where a node lies and what is named after it, so that two of them never share anything. */
export interface NodePlace {
  readonly home: FleetHome;
  /** Everything that the node writes. */
  readonly folder: string;
  readonly kubeconfig: string;
  /** Folders of volumes, by the volumes' names. */
  readonly volumes: string;
  /** Control group of all its pods, below the root of every hierarchy. */
  readonly cgroup: string;
  /** The machine's end of the cable to the node, and the addresses of both ends. */
  readonly cable: { readonly name: string; readonly machine: string; readonly node: string };
}

/** The node of a cluster. Two clusters have different addresses unless one in 16 384 comes up twice. */
export function nodePlace(home: FleetHome, cluster: string): NodePlace {
  const folder = join(realPath(home.cluster(cluster).root), 'node');
  const hash = createHash('sha256').update(folder).digest();
  const id = hash.toString('hex').slice(0, 8);
  // Four addresses of the network of all cables.
  const cable = hash.readUInt16BE(4) & 0xfffc;
  const address = (end: number) => `198.18.${cable >> 8}.${(cable & 0xff) + end}`;
  return {
    home,
    folder,
    kubeconfig: join(folder, 'kubeconfig'),
    volumes: join(folder, 'volumes'),
    cgroup: `memory-fleet-${id}`,
    cable: { name: `fleet-${id}`, machine: address(1), node: address(2) },
  };
}
