import { setTimeout as sleep } from 'node:timers/promises';
import { type BearerProxyArgs, bearerProxy, proxyPorts } from '../../../components/kit/parts/auth-sidecar';
import { send } from './http';
import { freePorts } from './ports';
import { Running } from './process';
import type { Program } from './program';

/** A proxy as the kit's part describes it, in front of a server of this machine. */
export interface StartedProxy {
  readonly process: Running;
  /** Ports of this machine for the guarded port and for health. */
  readonly guarded: number;
  readonly health: number;
}

/** @param configuration file that the container mounts, which is the same for every proxy */
export async function startedProxy(
  haproxy: Program,
  configuration: string,
  args: Pick<BearerProxyArgs, 'limit' | 'origins' | 'upstream'> & { readonly token: string },
): Promise<StartedProxy> {
  const { container } = bearerProxy({
    metadata: { name: 'proxy' },
    image: 'haproxy',
    shown: { secretName: 's', secretKey: 'k' },
    cluster: { ipFamilies: ['IPv4'] },
    ...args,
  });
  const ports = await freePorts([proxyPorts.guarded, proxyPorts.health]);
  const [guarded = 0, health = 0] = [ports[proxyPorts.guarded], ports[proxyPorts.health]];
  const process = new Running(haproxy.path, ['-W', '-db', '-f', configuration], {
    ...haproxy.env,
    PROXY_ADDRESS: '127.0.0.1',
    PROXY_GUARDED_PORT: String(guarded),
    PROXY_HEALTH_PORT: String(health),
    ...Object.fromEntries((container.env ?? []).flatMap(({ name, value }) => (value ? [[name, value]] : []))),
    PROXY_TOKEN: args.token,
  });
  // The health port asks nothing and counts nothing.
  const answers = () => send({ port: health, path: '/' }).catch(() => undefined);
  while (!process.hasEnded && (await answers()) === undefined) await sleep(20);
  if (process.hasEnded) throw new Error(process.output);
  return { process, guarded, health };
}
