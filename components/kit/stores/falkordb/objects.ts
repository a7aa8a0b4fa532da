import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IContainer, IEnvVar, IPodSpec } from 'kubernetes-models/v1';
import { billionths } from '../../../../config/fields/quantities';
import type { Described } from '../../../system/described';
import { hardenedPod, pullSecrets, type RunAs, resourceRequirements, type Sizing } from '../../objects/pod';
import { execProbes } from '../../objects/probes';
import { initContainersOf } from '../../parts/gate';
import { revisionAnnotations } from '../../parts/secrets';
import { passwordFile } from '../password-file';
import { type StoreArgs, type StoreSecret, type StoreVolume, singleStore, storeVolume } from '../single';

/** Port of the pod, and of its Services. */
export const falkordbPorts = { requests: 6379 } as const;

/** Where its data are, see start.sh. */
export const falkordbFolder = '/data';

/** The user that the image has for Redis; it runs as root unless its pod says otherwise. */
export const falkordbUser: RunAs = { uid: 999, gid: 999 };

const startScript = readFileSync(join(__dirname, 'start.sh'), 'utf8');

export interface FalkordbArgs extends StoreArgs {
  readonly resources: Sizing;
  readonly storage: StoreVolume;
  /** Password that clients must show, as the user `default`. */
  readonly password: StoreSecret;
}

/**
 * FalkorDB: one replica, its claim, and the Services that lead to it.
 * @see https://docs.falkordb.com/operations/persistence
 */
export function falkordbObjects(args: FalkordbArgs): Record<string, Described> {
  const { metadata, name, password, selector, storage } = args;
  const storageKey = `${name}Storage`;
  return {
    [storageKey]: storeVolume(storage, (claim) => metadata(claim, selector)),
    ...singleStore(args, {
      ports: [{ name: 'redis', port: falkordbPorts.requests, targetPort: falkordbPorts.requests }],
      pod: falkordbPod(args),
      podAnnotations: revisionAnnotations({ password: password.source }),
      mounts: [storageKey],
      secrets: [password],
    }),
  };
}

/** The command of every FalkorDB, a living one and that of a drill: the image's own also starts a page for browsers. */
export const falkordbCommand = ['/bin/sh', '-c', startScript, 'start'] as const;

/** @param bind addresses that it listens on */
export function falkordbEnvironment({ memoryLimit }: Sizing, bind: string): IEnvVar[] {
  const bytes = (billionths(memoryLimit) ?? 0n) / 1_000_000_000n;
  return [
    { name: 'BIND', value: bind },
    // What is left is for queries, and for the pages that change while a copy is written.
    { name: 'MAX_BYTES', value: String((bytes * 3n) / 4n) },
  ];
}

/** Whether it answers: while it loads its data it says that it does. @param passwordFile absent where it asks for none */
export function falkordbReady(passwordFile?: string): string[] {
  const authentication = passwordFile === undefined ? '' : `REDISCLI_AUTH=$(cat ${passwordFile}) `;
  return ['/bin/sh', '-c', `[ "$(${authentication}redis-cli -h 127.0.0.1 ping)" = PONG ]`];
}

function falkordbPod(args: FalkordbArgs): IPodSpec {
  const { image, name, storage } = args;
  const password = passwordFile(args, '/run/falkordb-password');
  const container: IContainer = {
    name,
    image,
    command: [...falkordbCommand],
    env: [
      // The second one where there is IPv6.
      ...falkordbEnvironment(args.resources, '* -::*'),
      { name: 'PASSWORD_FILE', value: password.path },
    ],
    ports: [{ name: 'redis', containerPort: falkordbPorts.requests }],
    ...execProbes({
      // All graphs are read into memory first.
      startupSeconds: 1800,
      ready: { command: falkordbReady(password.path), timeoutSeconds: 5 },
      alive: { timeoutSeconds: 10 },
    }),
    resources: resourceRequirements(args.resources),
    volumeMounts: [{ name: 'storage', mountPath: falkordbFolder }, password.mount],
  };
  return hardenedPod(falkordbUser, {
    serviceAccountName: args.serviceAccountName,
    ...pullSecrets(args.imagePullSecrets),
    ...args.placement,
    // SIGTERM writes down what is in memory.
    terminationGracePeriodSeconds: 120,
    ...initContainersOf(password.gate),
    containers: [container],
    volumes: [
      { name: 'storage', persistentVolumeClaim: { claimName: storage.claimName } },
      password.volume,
      ...password.gate.volumes,
    ],
  });
}
