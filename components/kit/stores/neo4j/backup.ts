import type { IContainer, IVolumeMount } from 'kubernetes-models/v1';
import { resourceRequirements, type Sizing } from '../../objects/pod';
import type { StoreBackup } from '../../parts/backup/store';
import { backupSecretVariables } from '../client';
import { restScripts, scriptedStore } from '../scripts';
import { neo4jCommand, neo4jEnvironment, neo4jFolder, neo4jPorts, neo4jScratch, neo4jUser } from './objects';

const { http: port } = neo4jPorts;
const scratch = 'drill-neo4j';

export interface Neo4jBackupArgs {
  /** Image with Python 3.9 or newer. */
  readonly toolsImage: string;
  /** Host of its Service, as pods of backups reach it. */
  readonly host: string;
  readonly password: { readonly secretName: string; readonly secretKey: string };
  /** For the Neo4j of a drill. */
  readonly image: string;
  readonly resources: Sizing;
  /** Size of its data, a quantity in bytes: a drill takes it on the node's own disk. */
  readonly storageSize: string;
}

/**
 * Neo4j by its API: every node, every relationship, constraints and indexes, each value with its type. Its own tools copy the
 * files of a database that is stopped, and Community Edition stops none but with the whole server.
 */
export function neo4jBackup(args: Neo4jBackupArgs): StoreBackup {
  const { mounts, volumes } = neo4jScratch(`${scratch}-`);
  return {
    ...scriptedStore('neo4j', __dirname, 'python', restScripts),
    image: args.toolsImage,
    living: {
      env: [
        { name: 'NEO4J_URL', value: `http://${args.host}:${port}` },
        ...backupSecretVariables('NEO4J_PASSWORD', args.password),
      ],
    },
    scratch: {
      env: [{ name: 'NEO4J_URL', value: `http://127.0.0.1:${port}` }],
      containers: [scratchNeo4j(args, mounts)],
      volumes: [{ name: scratch, emptyDir: { sizeLimit: args.storageSize } }, ...volumes],
    },
  };
}

/** An empty one, which listens to its own pod alone and asks that for nothing. */
function scratchNeo4j({ image, resources }: Neo4jBackupArgs, mounts: readonly IVolumeMount[]): IContainer {
  return {
    name: scratch,
    image,
    command: [...neo4jCommand],
    env: neo4jEnvironment(resources, '127.0.0.1', '127.0.0.1'),
    startupProbe: {
      // The kubelet reaches no address of the pod's own.
      exec: { command: ['bash', '-c', `exec 3<>/dev/tcp/127.0.0.1/${port}`] },
      periodSeconds: 2,
      failureThreshold: 120,
    },
    resources: resourceRequirements(resources),
    securityContext: { runAsUser: neo4jUser.uid, runAsGroup: neo4jUser.gid },
    volumeMounts: [{ name: scratch, mountPath: neo4jFolder }, ...mounts],
  };
}
