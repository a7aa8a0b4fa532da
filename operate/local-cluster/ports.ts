import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { readIfExists, writeAtomically } from '../base/files';

const uses = ['etcd', 'etcdPeer', 'apiServer', 'controllerManager', 'scheduler', 'kwok'] as const;

/** The ports of one control plane, all on the loopback address. */
export type Ports = Readonly<Record<(typeof uses)[number], number>>;

/** Below what systems hand out for outgoing connections, above what services are usually found on. */
const lowest = 10_000;
const highest = 30_000;

/**
 * Chooses the ports of a control plane that is about to start: those of its last start where they are still free.
 *
 * New ones are drawn at random: several clusters that start at the same moment would otherwise find the same ones free.
 *
 * @param record the file that remembers them
 */
export async function choosePorts(record: string): Promise<Ports> {
  const last = JSON.parse(readIfExists(record) ?? '{}') as Partial<Ports>;
  const chosen = new Map<string, number>();
  for (const use of uses) {
    let port = last[use] ?? randomInt(lowest, highest);
    while ([...chosen.values()].includes(port) || !(await isFree(port))) port = randomInt(lowest, highest);
    chosen.set(use, port);
  }
  const ports = Object.fromEntries(chosen) as Ports;
  writeAtomically(record, JSON.stringify(ports));
  return ports;
}

/** Whether this process could listen on a port of the loopback address. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
