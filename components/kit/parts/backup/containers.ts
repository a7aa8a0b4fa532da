import type { IContainer, IEnvVar, IVolume, IVolumeMount } from 'kubernetes-models/v1';
import { resourceRequirements } from '../../objects/pod';
import { type Reached, type StoreBackup, scriptsFolder } from './store';

/** The common scripts that run a store's own ones. */
export type StoreScript = 'dump' | 'look' | 'load';

/** Folder that all containers of a pod share. */
const work = '/work';
/** Seconds by which the scripts end before their Job does, so that they can say why. */
const tidySeconds = 30;
const storeSizing = { cpu: '100m', memory: '64Mi', memoryLimit: '512Mi' } as const;

/** What every container of such a Job is told. */
export function jobEnvironment(
  action: string,
  stores: readonly Pick<StoreBackup, 'name'>[],
  deadlineSeconds: number,
): IEnvVar[] {
  return [
    { name: 'ACTION', value: action },
    { name: 'STORES', value: stores.map(({ name }) => name).join(' ') },
    { name: 'WORK', value: work },
    { name: 'DEADLINE_SECONDS', value: String(deadlineSeconds - tidySeconds) },
  ];
}

/** The scripts, and the folder that all containers of the pod share. */
export const jobMounts: readonly IVolumeMount[] = [
  { name: 'scripts', mountPath: scriptsFolder, readOnly: true },
  { name: 'work', mountPath: work },
];

/** @param size room for everything that the containers leave for each other, a quantity in bytes */
export function workVolume(size: string): IVolume {
  return { name: 'work', emptyDir: { sizeLimit: size } };
}

/** A container of a store's own tools. @param env what the whole Job is told, see {@link jobEnvironment} */
export function storeContainer(
  env: readonly IEnvVar[],
  script: StoreScript,
  store: StoreBackup,
  reached: Reached,
): IContainer {
  const { count, dump, image, load, name, resources } = store;
  return {
    name: `${script}-${name}`,
    image,
    command: ['sh', `${scriptsFolder}/${script}.sh`],
    env: [
      ...env,
      { name: 'STORE', value: name },
      { name: 'COUNT', value: count },
      ...(script === 'dump' ? [{ name: 'DUMP', value: dump }] : []),
      ...(script === 'load' ? [{ name: 'LOAD', value: load }] : []),
      ...reached.env,
    ],
    resources: resourceRequirements(resources ?? storeSizing),
    volumeMounts: [...jobMounts, ...(reached.volumeMounts ?? [])],
  };
}
