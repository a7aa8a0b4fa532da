import type { IContainer, IEnvVar, IPodSpec } from 'kubernetes-models/v1';
import { billionths } from '../../../config/fields/quantities';
import type { Described } from '../../system/described';
import { type RunAs, resourceRequirements, type Sizing } from '../objects/pod';
import { execProbes } from '../objects/probes';
import { revisionAnnotations } from '../parts/secrets';
import { passwordFile, passwordStorePod } from './password-file';
import { type StoreArgs, type StoreSecret, type StoreVolume, singleStore, storeVolume } from './single';

/** What Redis is told, and what is a Redis with a module. */
export interface RedisPodArgs extends StoreArgs {
  readonly resources: Sizing;
  readonly storage: StoreVolume;
  /** Password that clients must show, as the user `default`. */
  readonly password: StoreSecret;
}

/** What tells one of these servers from another. */
export interface RedisServer {
  /** A start script, which gets {@link redisEnvironment}. */
  readonly command: readonly string[];
  readonly port: number;
  /** Where its volume is. */
  readonly folder: string;
  readonly secretFolder: string;
  readonly runAs: RunAs;
  readonly environment: readonly IEnvVar[];
}

/** One replica, its claim, and the Services that lead to it. */
export function redisLikeObjects(args: RedisPodArgs, server: RedisServer): Record<string, Described> {
  const { metadata, name, password, selector, storage } = args;
  const storageKey = `${name}Storage`;
  return {
    [storageKey]: storeVolume(storage, (claim) => metadata(claim, selector)),
    ...singleStore(args, {
      ports: [{ name: 'redis', port: server.port, targetPort: server.port }],
      pod: redisPod(args, server),
      podAnnotations: revisionAnnotations({ password: password.source }),
      mounts: [storageKey],
      secrets: [password],
    }),
  };
}

/** @param bind addresses that it listens on */
export function redisEnvironment({ memoryLimit }: Sizing, bind: string): IEnvVar[] {
  const bytes = (billionths(memoryLimit) ?? 0n) / 1_000_000_000n;
  return [
    { name: 'BIND', value: bind },
    // What is left is for queries, and for the pages that change while a copy is written.
    { name: 'MAX_BYTES', value: String((bytes * 3n) / 4n) },
  ];
}

/** Whether it answers: while it loads its data it says that it does. @param passwordFile absent where it asks for none */
export function redisReady(passwordFile?: string): string[] {
  const authentication = passwordFile === undefined ? '' : `REDISCLI_AUTH=$(cat ${passwordFile}) `;
  return ['/bin/sh', '-c', `[ "$(${authentication}redis-cli -h 127.0.0.1 ping)" = PONG ]`];
}

/** An empty one of a drill, which listens to its own pod alone and asks that for nothing. */
export function scratchRedis(
  name: string,
  { image, resources }: Pick<RedisPodArgs, 'image' | 'resources'>,
  { command, environment, folder, runAs }: Omit<RedisServer, 'port' | 'secretFolder'>,
): IContainer {
  return {
    name,
    image,
    command: [...command],
    env: [...redisEnvironment(resources, '127.0.0.1'), ...environment],
    startupProbe: { exec: { command: redisReady() }, periodSeconds: 2, failureThreshold: 60 },
    resources: resourceRequirements(resources),
    securityContext: { runAsUser: runAs.uid, runAsGroup: runAs.gid },
    volumeMounts: [{ name, mountPath: folder }],
  };
}

function redisPod(args: RedisPodArgs, server: RedisServer): IPodSpec {
  const { image, name } = args;
  const password = passwordFile(args, server.secretFolder);
  const container: IContainer = {
    name,
    image,
    command: [...server.command],
    env: [
      // The second one where there is IPv6.
      ...redisEnvironment(args.resources, '* -::*'),
      { name: 'PASSWORD_FILE', value: password.path },
      ...server.environment,
    ],
    ports: [{ name: 'redis', containerPort: server.port }],
    ...execProbes({
      // All data are read into memory first.
      startupSeconds: 1800,
      ready: { command: redisReady(password.path), timeoutSeconds: 5 },
      alive: { timeoutSeconds: 10 },
    }),
    resources: resourceRequirements(args.resources),
    volumeMounts: [{ name: 'storage', mountPath: server.folder }, password.mount],
  };
  return passwordStorePod(args, password, { runAs: server.runAs, container });
}
