import type { IContainer } from 'kubernetes-models/v1';
import { resourceRequirements, type Sizing } from '../../objects/pod';
import type { StoreBackup } from '../../parts/backup/store';
import { backupSecretVariables } from '../client';
import { restScripts, scriptedStore } from '../scripts';
import { type QdrantArgs, qdrantAddress, qdrantPaths, qdrantPorts } from './objects';

const { requests: port } = qdrantPorts;

export interface QdrantBackupArgs {
  /** Image with Python 3.9 or newer. */
  readonly toolsImage: string;
  /** URL of its REST API from within the cluster. */
  readonly url: string;
  /** Whether somebody else runs it. @default false */
  readonly remote?: boolean;
  /** Absent where it asks for no key. */
  readonly apiKey?: { readonly secretName: string; readonly secretKey: string } | undefined;
  readonly cluster: QdrantArgs['cluster'];
  /** For the Qdrant of a drill: snapshots are for the same minor version. */
  readonly image: string;
  readonly resources: Sizing;
  /** Size of its data, a quantity in bytes: a drill takes twice of it on the node's own disk. */
  readonly storageSize: string;
}

/** Qdrant by its snapshots, one for each collection. */
export function qdrantBackup(args: QdrantBackupArgs): StoreBackup {
  const { apiKey, storageSize, url } = args;
  const empty = (volume: string, sizeLimit: string) => ({ name: volume, emptyDir: { sizeLimit } });
  return {
    ...scriptedStore('qdrant', __dirname, 'python', restScripts),
    image: args.toolsImage,
    living: {
      env: [{ name: 'QDRANT_URL', value: url }, ...backupSecretVariables('QDRANT_API_KEY', apiKey)],
      reachesOut: args.remote ?? false,
    },
    scratch: {
      env: [{ name: 'QDRANT_URL', value: `http://127.0.0.1:${port}` }],
      containers: [scratchQdrant(args)],
      volumes: [empty('drill-storage', storageSize), empty('drill-snapshots', storageSize), empty('drill-init', '1Mi')],
    },
  };
}

function scratchQdrant({ cluster, image, resources }: QdrantBackupArgs): IContainer {
  return {
    name: 'drill-qdrant',
    image,
    env: [
      ...qdrantAddress(cluster),
      { name: 'QDRANT__SERVICE__HTTP_PORT', value: String(port) },
      { name: 'QDRANT__TELEMETRY_DISABLED', value: 'true' },
      { name: 'QDRANT_INIT_FILE_PATH', value: `${qdrantPaths.init}/.qdrant-initialized` },
      // What is sent is unpacked here, on a volume that has room for it.
      { name: 'QDRANT__STORAGE__TEMP_PATH', value: `${qdrantPaths.snapshots}/tmp` },
    ],
    startupProbe: { httpGet: { path: '/readyz', port }, periodSeconds: 2, failureThreshold: 60 },
    resources: resourceRequirements(resources),
    volumeMounts: [
      { name: 'drill-storage', mountPath: qdrantPaths.storage },
      { name: 'drill-snapshots', mountPath: qdrantPaths.snapshots },
      { name: 'drill-init', mountPath: qdrantPaths.init },
    ],
  };
}
