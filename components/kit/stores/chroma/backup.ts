import type { IContainer, IVolumeMount } from 'kubernetes-models/v1';
import { resourceRequirements, type Sizing } from '../../objects/pod';
import type { StoreBackup } from '../../parts/backup/store';
import { backupSecretVariables } from '../client';
import { restScripts, scriptedStore } from '../scripts';
import { type ChromaArgs, chromaAlive, chromaEnvironment, chromaFolder, chromaMounts, chromaPorts } from './objects';

const { requests: port } = chromaPorts;

export interface ChromaBackupArgs {
  /** Name of the Chroma among its objects: that of a drill logs alike. */
  readonly store: string;
  /** Image with Python 3.9 or newer. The image of Chroma is one. */
  readonly toolsImage: string;
  /** URL of its API from within the cluster. */
  readonly url: string;
  /** Absent where it asks for no token. */
  readonly token?: { readonly secretName: string; readonly secretKey: string } | undefined;
  readonly cluster: ChromaArgs['cluster'];
  /** For the Chroma of a drill. */
  readonly image: string;
  readonly resources: Sizing;
  /** Size of its data, a quantity in bytes: a drill takes it on the node's own disk. */
  readonly storageSize: string;
}

/**
 * Chroma by its API: every collection with its records. Its files are no backup while it runs, because an index is
 * written anew in place, apart from the database that says how far it is.
 */
export function chromaBackup(args: ChromaBackupArgs): StoreBackup {
  const { mounts, volumes } = chromaMounts(args.store, 'drill-chroma-');
  return {
    ...scriptedStore('chroma', __dirname, 'python', restScripts),
    image: args.toolsImage,
    living: {
      env: [{ name: 'CHROMA_URL', value: args.url }, ...backupSecretVariables('CHROMA_TOKEN', args.token)],
    },
    scratch: {
      env: [{ name: 'CHROMA_URL', value: `http://127.0.0.1:${port}` }],
      containers: [scratchChroma(args, mounts)],
      volumes: [{ name: 'drill-chroma', emptyDir: { sizeLimit: args.storageSize } }, ...volumes],
    },
  };
}

function scratchChroma({ cluster, image, resources }: ChromaBackupArgs, mounts: readonly IVolumeMount[]): IContainer {
  return {
    name: 'drill-chroma',
    image,
    env: chromaEnvironment({ cluster, resources }),
    startupProbe: { httpGet: { path: chromaAlive, port }, periodSeconds: 2, failureThreshold: 60 },
    resources: resourceRequirements(resources),
    volumeMounts: [{ name: 'drill-chroma', mountPath: chromaFolder }, ...mounts],
  };
}
