import type { KubeConfig } from '@kubernetes/client-node';
import { forwardPort } from '../cluster/port-forward';
import { openSession, type Session } from './session';

/** A server in a pod that asks for nothing. */
export interface PodServer {
  readonly namespace: string;
  readonly pod: string;
  /** Port of the pod for requests. */
  readonly port: number;
  /** Path of the protocol endpoint. */
  readonly path: string;
}

/** Opens a session with a server in a pod through a forwarded port, which ends with the session. */
export async function openPodSession(kubeConfig: KubeConfig, server: PodServer): Promise<Session> {
  const forwarded = await forwardPort(kubeConfig, server);
  try {
    const session = await openSession(`http://127.0.0.1:${forwarded.port}${server.path}`);
    return {
      ...session,
      close: async () => {
        await session.close();
        await forwarded.close();
      },
    };
  } catch (error) {
    await forwarded.close();
    throw error;
  }
}
