import type { IContainer, IPodSpec, IVolume, IVolumeMount } from 'kubernetes-models/v1';
import { hardenedPod, pullSecrets, type RunAs } from '../objects/pod';
import { type Gate, initContainersOf, secretGate } from '../parts/gate';
import type { StoreArgs, StoreSecret, StoreVolume } from './single';

/** A password that a store reads from a file: the environment of a process is read by whoever may look at it. */
export interface PasswordFile {
  /** Where the container finds it. */
  readonly path: string;
  readonly mount: IVolumeMount;
  readonly volume: IVolume;
  readonly gate: Gate;
}

/** @param folder where the container has it, and nothing else */
export function passwordFile(
  { image, metadata, name, password, selector }: StoreArgs & { readonly password: StoreSecret },
  folder: string,
): PasswordFile {
  const { secretKey: key, secretName } = password.source;
  const { namespace = 'default' } = metadata(name, selector);
  return {
    path: `${folder}/password`,
    mount: { name: 'password', mountPath: folder, readOnly: true },
    volume: { name: 'password', secret: { secretName, defaultMode: 0o440, items: [{ key, path: 'password' }] } },
    gate: secretGate({ image, namespace, entries: [{ source: password.source, value: 'random' }] }),
  };
}

/** What differs from one such store to another. */
export interface PasswordStorePod {
  readonly runAs: RunAs;
  /** It mounts the volume `storage`, and the password. */
  readonly container: IContainer;
  /** Volumes besides, before that of the password and after it. @default none */
  readonly before?: readonly IVolume[];
  readonly after?: readonly IVolume[];
}

/** The pod of a store with a password, which does not start without it. */
export function passwordStorePod(
  args: StoreArgs & { readonly storage: StoreVolume },
  { gate, volume }: PasswordFile,
  { after = [], before = [], container, runAs }: PasswordStorePod,
): IPodSpec {
  return hardenedPod(runAs, {
    serviceAccountName: args.serviceAccountName,
    ...pullSecrets(args.imagePullSecrets),
    ...args.placement,
    // SIGTERM writes down what is in memory; a kill means recovery at the next start.
    terminationGracePeriodSeconds: 120,
    ...initContainersOf(gate),
    containers: [container],
    volumes: [
      { name: 'storage', persistentVolumeClaim: { claimName: args.storage.claimName } },
      ...before,
      volume,
      ...after,
      ...gate.volumes,
    ],
  });
}
