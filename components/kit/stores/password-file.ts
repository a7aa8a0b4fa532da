import type { IVolume, IVolumeMount } from 'kubernetes-models/v1';
import { type Gate, secretGate } from '../parts/gate';
import type { StoreArgs, StoreSecret } from './single';

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
