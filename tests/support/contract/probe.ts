import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IContainer, IProbe } from 'kubernetes-models/v1';
import { send } from './http';
import { localPort, type Machine } from './pod';

/**
 * Puts a probe of the plan to a running container, as the kubelet does.
 *
 * @returns whether the container passes
 */
export async function passes(probe: IProbe | undefined, container: IContainer, machine: Machine): Promise<boolean> {
  const { httpGet, tcpSocket } = probe ?? {};
  const target = httpGet ?? tcpSocket;
  if (!target) throw new Error(`this harness knows no such probe: ${JSON.stringify(probe)}`);
  const port = localPort(machine.ports, numberOf(target.port, container));
  try {
    if (!httpGet) return await accepts(port, machine.host);
    const { status } = await send({ port, host: machine.host, path: httpGet.path ?? '/' });
    return status >= 200 && status < 400;
  } catch {
    return false;
  }
}

/**
 * Waits until the startup probe of a container passes, no longer than the plan itself would.
 *
 * @param gone why waiting makes no sense any more; undefined while it does
 */
export async function waitForStart(container: IContainer, machine: Machine, gone: () => string | undefined) {
  const { failureThreshold = 3, periodSeconds = 10 } = container.startupProbe ?? {};
  const deadline = Date.now() + failureThreshold * periodSeconds * 1000;
  while (!(await passes(container.startupProbe, container, machine))) {
    const reason = gone();
    if (reason !== undefined) throw new Error(`${container.name} ended while it started:\n${reason}`);
    if (Date.now() > deadline) throw new Error(`${container.name} did not pass its startup probe in time`);
    await sleep(50);
  }
}

function numberOf(port: number | string, container: IContainer): number {
  if (typeof port === 'number') return port;
  const found = container.ports?.find(({ name }) => name === port)?.containerPort;
  if (found === undefined) throw new Error(`the container ${container.name} has no port named ${port}`);
  return found;
}

function accepts(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
