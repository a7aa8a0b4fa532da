import { createServer, type Server, type Socket } from 'node:net';
import type { KubeConfig } from '@kubernetes/client-node';
import { PortForward } from '@kubernetes/client-node';

/** A port of a pod, as a port of this machine. */
export interface Forwarded {
  /** On the loopback address. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Forwards a free port of the loopback address to a port of a pod, as `kubectl port-forward` does. Each connection gets
 * a stream of its own; one that fails ends that connection only.
 */
export async function forwardPort(
  kubeConfig: KubeConfig,
  { namespace, pod, port }: { readonly namespace: string; readonly pod: string; readonly port: number },
): Promise<Forwarded> {
  const forward = new PortForward(kubeConfig);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.once('error', () => socket.destroy());
    forward.portForward(namespace, pod, [port], socket, null, socket).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return { port: portOf(server), close: () => close(server, open) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the forwarded port has no number');
  return address.port;
}

function close(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  for (const socket of open) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}
