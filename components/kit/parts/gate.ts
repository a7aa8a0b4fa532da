import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IContainer, IPodSpec, IVolume } from 'kubernetes-models/v1';
import { resourceRequirements } from '../objects/pod';
import { bringEntry, placeOf, remarked } from './bringing';
import type { SecretSource } from './secrets';

const script = readFileSync(join(__dirname, 'gate.sh'), 'utf8');

export interface GateArgs {
  /** Image with a POSIX shell and sleep: that of the container behind it, so that nothing else is pulled. */
  readonly image: string;
  readonly namespace: string;
  /** Entry of a Secret without which the containers of the pod cannot start. */
  readonly source: Omit<SecretSource, 'secretRevision'>;
  /** Whether any value will do that nobody can guess. */
  readonly value: 'random' | 'given';
}

/** What keeps a pod from starting half: nothing where the plan makes the Secret itself. */
export interface Gate {
  readonly initContainers: readonly IContainer[];
  readonly volumes: readonly IVolume[];
}

export const openGate: Gate = { initContainers: [], volumes: [] };
const folder = '/gate';

/**
 * An init container that waits until somebody has brought a Secret, and says in its log by which command. The Secret is
 * mounted and optional, because only what is mounted comes to a pod that runs already; the containers behind the gate
 * name it as they always do, and none of them starts without it.
 */
export function secretGate({ image, namespace, source, value }: GateArgs): Gate {
  if (source.source === 'config') return openGate;
  const { secretKey: key, secretName } = source;
  const words = [
    `${folder}/${key}`,
    `entry ${key} of Secret ${namespace}/${secretName}`,
    remarked(bringEntry(namespace, source, value), placeOf(source)),
  ];
  return {
    initContainers: [
      {
        name: 'gate',
        image,
        command: ['/bin/sh', '-c', script, 'gate', ...words],
        resources: resourceRequirements({ cpu: '10m', memory: '16Mi', memoryLimit: '64Mi' }),
        volumeMounts: [{ name: 'gate', mountPath: folder, readOnly: true }],
      },
    ],
    volumes: [
      { name: 'gate', secret: { secretName, optional: true, defaultMode: 0o440, items: [{ key, path: key }] } },
    ],
  };
}

/** The part of a pod that a closed gate is; an open one leaves the pod as it is. */
export function initContainersOf({ initContainers }: Gate): Pick<IPodSpec, 'initContainers'> {
  return initContainers.length > 0 ? { initContainers: [...initContainers] } : {};
}
