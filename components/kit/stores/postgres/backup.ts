import type { IContainer, IEnvVar } from 'kubernetes-models/v1';
import { resourceRequirements } from '../../objects/pod';
import type { StoreBackup } from '../../parts/backup/store';
import { backupSecretVariables } from '../client';
import { scriptedStore } from '../scripts';
import { type PostgresClient, postgresPorts, postgresTls } from './client';
import {
  type PostgresArgs,
  postgresCommand,
  postgresEnvironment,
  postgresMount,
  postgresReady,
  postgresScratch,
  postgresUser,
} from './objects';

export interface PostgresBackupArgs
  extends Pick<PostgresArgs, 'image' | 'flavour' | 'resources' | 'database' | 'user' | 'maxConnections'> {
  /** Host of the server itself, as pods of backups reach it. */
  readonly host: string;
  /** @default PostgreSQL's own */
  readonly port?: number;
  /** @default no encryption: within the cluster network policies keep others from listening */
  readonly tls?: Pick<PostgresClient, 'ca' | 'sslmode'>;
  readonly password: { readonly secretName: string; readonly secretKey: string };
  /** Size of its data, a quantity in bytes: a drill takes it on the node's own disk. */
  readonly storageSize: string;
}

/**
 * One database of PostgreSQL by its own tools, whoever runs it: dumps are for the same major version or a later one. Where
 * the role is no superuser, everything loaded is the role's, and extensions must be there before.
 */
export function postgresBackup(args: PostgresBackupArgs): StoreBackup {
  const { host, image, password, storageSize } = args;
  const { volumes } = postgresScratch(scratch);
  const tls = args.tls && postgresTls(args.tls);
  return {
    ...scriptedStore('postgres', __dirname, 'shell'),
    image,
    living: {
      env: [
        ...reached(host, args.port ?? postgresPorts.requests, args),
        ...backupSecretVariables('PGPASSWORD', password),
        ...(tls?.env ?? []),
      ],
      volumeMounts: tls?.volumeMounts ?? [],
      volumes: tls?.volumes ?? [],
    },
    scratch: {
      env: reached('127.0.0.1', postgresPorts.requests, args),
      containers: [scratchPostgres(args)],
      volumes: [{ name: `${scratch}data`, emptyDir: { sizeLimit: storageSize } }, ...volumes],
    },
  };
}

const scratch = 'drill-postgres-';

function reached(host: string, port: number, { database, user }: PostgresBackupArgs): IEnvVar[] {
  return [
    { name: 'PGHOST', value: host },
    { name: 'PGPORT', value: String(port) },
    { name: 'PGUSER', value: user },
    { name: 'PGDATABASE', value: database },
  ];
}

/** An empty database of the same name, which listens to its own pod alone and asks that for nothing. */
function scratchPostgres(args: PostgresBackupArgs): IContainer {
  const { uid, gid } = postgresUser(args.image, args.flavour);
  return {
    name: 'drill-postgres',
    image: args.image,
    args: [...postgresCommand(args), '-c', 'listen_addresses=127.0.0.1'],
    env: [...postgresEnvironment(args), { name: 'POSTGRES_HOST_AUTH_METHOD', value: 'trust' }],
    startupProbe: { exec: { command: postgresReady(args) }, periodSeconds: 2, failureThreshold: 60 },
    resources: resourceRequirements(args.resources),
    // The image's own user, which it finds in its list of users; the pod's may be another store's.
    securityContext: { runAsUser: uid, runAsGroup: gid },
    volumeMounts: [{ name: `${scratch}data`, mountPath: postgresMount }, ...postgresScratch(scratch).mounts],
  };
}
