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
  /** Without these the containers of the pod cannot start. */
  readonly entries: readonly GatedEntry[];
}

/** An entry of a Secret. */
export interface GatedEntry {
  readonly source: Omit<SecretSource, 'secretRevision'>;
  /** Whether any value will do that nobody can guess. */
  readonly value: 'random' | 'given';
}

/** What keeps a pod from starting half: nothing where the plan makes the Secret itself. */
export interface Gate {
  readonly initContainers: readonly IContainer[];
  readonly volumes: readonly IVolume[];
}

const openGate: Gate = { initContainers: [], volumes: [] };

/**
 * An init container that waits until somebody has brought entries of Secrets, and says in its log by which commands. The
 * Secrets are mounted and optional, because only what is mounted comes to a pod that runs already; the containers behind
 * the gate name them as they always do, and none of them starts without them.
 */
export function secretGate({ entries, image, namespace }: GateArgs): Gate {
  const brought = entries.filter(({ source }) => source.source !== 'config');
  if (brought.length === 0) return openGate;
  const names = [...new Set(brought.map(({ source }) => source.secretName))];
  const placeIn = (secretName: string) =>
    ['gate', ...(secretName === names[0] ? [] : [names.indexOf(secretName) + 1])].join('-');
  const words = brought.flatMap(({ source, value }) => {
    const { secretKey: key, secretName } = source;
    return [
      `/${placeIn(secretName)}/${key}`,
      `entry ${key} of Secret ${namespace}/${secretName}`,
      remarked(bringEntry(namespace, source, value), placeOf(source)),
    ];
  });
  return {
    initContainers: [
      {
        name: 'gate',
        image,
        command: ['/bin/sh', '-c', script, 'gate', ...words],
        resources: resourceRequirements({ cpu: '10m', memory: '16Mi', memoryLimit: '64Mi' }),
        volumeMounts: names.map((each) => ({ name: placeIn(each), mountPath: `/${placeIn(each)}`, readOnly: true })),
      },
    ],
    volumes: names.map((secretName) => ({
      name: placeIn(secretName),
      secret: {
        ...{ secretName, optional: true, defaultMode: 0o440 },
        items: brought
          .filter(({ source }) => source.secretName === secretName)
          .map(({ source: { secretKey: key } }) => ({ key, path: key })),
      },
    })),
  };
}

/** The part of a pod that a closed gate is; an open one leaves the pod as it is. */
export function initContainersOf({ initContainers }: Gate): Pick<IPodSpec, 'initContainers'> {
  return initContainers.length > 0 ? { initContainers: [...initContainers] } : {};
}
