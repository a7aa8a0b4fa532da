import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import { resourceRequirements, type Sizing } from '../kit/objects/pod';
import type { UploadFacts } from '../system/operations';

/** The containers of a pod that takes an upload in. The rest of the pod is the caller's. */
export interface UploadArgs {
  /** Name of the repository. */
  readonly name: string;
  /** Image with Python. */
  readonly image: string;
  readonly resources: Sizing;
  /** Volume with the scripts of this folder, and where it is mounted. */
  readonly scripts: { readonly volume: string; readonly path: string };
  /** Volume whose root holds a folder for each repository. */
  readonly repositories: { readonly volume: string };
  /** Indexes the repository once its files are there. */
  readonly index: IContainer;
  /** Time that upload and indexing may take together, in seconds. */
  readonly deadlineSeconds: number;
}

const container = 'receive';
const script = 'receive.py';
/** Where the volume of all repositories is mounted. */
const root = '/repos';
/** Seconds that an upload may take to arrive; a laptop that was closed does not keep the Job waiting for its deadline. */
const arrivalSeconds = 1800;

/**
 * The containers: one waits for the upload and makes it the content of the repository, then the index runs. An upload is
 * unpacked beside the repositories, on the same volume, so that a file is put in place in one step.
 */
export function uploadContainers(args: UploadArgs): Pick<IPodSpec, 'initContainers' | 'containers'> {
  const { image, index, name, repositories, resources, scripts } = args;
  const receive: IContainer = {
    name: container,
    image,
    command: ['python3', `${scripts.path}/${script}`, 'wait'],
    env: [
      { name: 'REPO_NAME', value: name },
      { name: 'REPO_DIR', value: `${root}/${name}` },
      { name: 'STAGING_DIR', value: `${root}/.upload/${name}` },
      { name: 'WAIT_SECONDS', value: String(Math.min(arrivalSeconds, args.deadlineSeconds)) },
    ],
    resources: resourceRequirements(resources),
    volumeMounts: [
      { name: repositories.volume, mountPath: root },
      { name: scripts.volume, mountPath: scripts.path, readOnly: true },
    ],
  };
  return { initContainers: [receive], containers: [index] };
}

/** How the operator's commands use a CronJob whose pod has {@link uploadContainers}. */
export function uploadFacts(
  cronJob: string,
  { deadlineSeconds, scripts }: Pick<UploadArgs, 'deadlineSeconds' | 'scripts'>,
): UploadFacts {
  return {
    cronJob,
    container,
    command: (bytes) => ['python3', `${scripts.path}/${script}`, 'unpack', String(bytes)],
    reserved: ['.codebase', '.uploaded', 'lost+found'],
    deadlineSeconds,
    indexed: 'files_seen=(?<files>\\d+), files_indexed=(?<indexed>\\d+), chunks_indexed=(?<chunks>\\d+)',
  };
}
