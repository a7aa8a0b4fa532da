import type { IEnvVar } from 'kubernetes-models/v1';
import { type HostFacts, peerAt, type RemotePeer } from '../../parts/peer';
import type { StoreSecret } from '../single';
import type { RedisSettings } from './settings';

/** Port of the pod, and of its Services. */
export const redisPorts = { requests: 6379 } as const;

/** How pods use a Redis, whoever runs it. */
export interface RedisClient {
  readonly mode: RedisSettings['mode'];
  readonly host: string;
  readonly port: number;
  /**
   * What a client shows: the password of the user `default`, or a whole URL `redis[s]://[user:password@]host:port[/database]`,
   * of which host and port are those above.
   */
  readonly shows: 'password' | 'url';
  readonly secret: StoreSecret;
  /** Whom network policies must let them reach. Undefined where it is the pod of this store, see `redisFlows`. */
  readonly remote: RemotePeer | undefined;
}

/**
 * The Redis of a system, as its settings say.
 *
 * @param service name of the Service of an embedded one
 * @param secrets the entry with the password of an embedded one, or the one with the URL of an external one
 */
export function redisClient(
  settings: RedisSettings,
  service: string,
  secrets: { readonly password: StoreSecret | undefined; readonly url: StoreSecret | undefined },
  cluster: HostFacts,
): RedisClient {
  const { mode } = settings;
  const embedded = mode === 'embedded';
  const secret = embedded ? secrets.password : secrets.url;
  if (!secret) throw new Error(`a Redis of mode ${mode} needs its ${embedded ? 'password' : 'URL'}`);
  if (embedded) {
    return { mode, host: service, port: redisPorts.requests, shows: 'password', secret, remote: undefined };
  }
  const host = settings.host.replace(/^\[(.*)\]$/, '$1');
  const remote = peerAt({ host, port: settings.port }, cluster);
  return { mode, host: settings.host, port: settings.port, shows: 'url', secret, remote };
}

/** Where the scripts of a backup find a Redis; its secret is not among it. @param host as pods of backups reach it */
export function redisPlace({ port }: Pick<RedisClient, 'port'>, host: string): IEnvVar[] {
  return [
    { name: 'REDIS_HOST', value: host },
    { name: 'REDIS_PORT', value: String(port) },
  ];
}
