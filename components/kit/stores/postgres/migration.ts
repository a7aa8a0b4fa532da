import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IContainer, IEnvVar, IVolumeMount } from 'kubernetes-models/v1';
import { resourceRequirements } from '../../objects/pod';
import type { MigrationDatabase } from '../../parts/migration-job';
import { storeSecretVariable } from '../client';
import { type PostgresClient, postgresTls } from './client';

const folder = join(__dirname, 'migration-scripts');
const scriptOf = (name: string) => readFileSync(join(folder, name), 'utf8');
const connect = scriptOf('connect.sh');
const scripts = {
  prepare: connect + scriptOf('prepare.sh'),
  lock: connect + scriptOf('lock.sh'),
  mark: connect + scriptOf('mark.sh'),
  wait: connect + scriptOf('wait.sh'),
};

const lockFolder = '/run/migration-lock';

export interface PostgresMigrationsArgs {
  /** What is migrated: versions of it are kept by this name in the database, so that it never changes. */
  readonly name: string;
  readonly client: PostgresClient;
  /** Image with psql and a POSIX shell. */
  readonly toolsImage: string;
  /** Extensions that the database must have. They are made where the role may. */
  readonly extensions: readonly string[];
  /** Time that the database may take to be reached, in seconds. @default 600 */
  readonly waitSeconds?: number;
}

/**
 * PostgreSQL as migrations need it: reached past every pooler, because a lock lives as long as its session.
 * Versions are rows in the database itself, so that they go back with it where an older backup is restored.
 */
export function postgresMigrations(args: PostgresMigrationsArgs): MigrationDatabase {
  const { client, extensions, name, waitSeconds = 600 } = args;
  const tls = postgresTls(client);
  const mount: IVolumeMount = { name: 'migration-lock', mountPath: lockFolder };
  const held = `${lockFolder}/held`;
  const container = (
    container: string,
    script: keyof typeof scripts,
    words: readonly string[],
    env: readonly IEnvVar[],
  ): IContainer => ({
    name: container,
    image: args.toolsImage,
    command: ['/bin/sh', '-c', scripts[script], container, ...words],
    env: [
      { name: 'PGHOST', value: client.direct.host },
      { name: 'PGPORT', value: String(client.direct.port) },
      { name: 'PGUSER', value: client.user },
      { name: 'PGDATABASE', value: client.database },
      ...storeSecretVariable('PGPASSWORD', client.password.source),
      ...tls.env,
      ...env,
    ],
    resources: resourceRequirements({ cpu: '10m', memory: '16Mi', memoryLimit: '64Mi' }),
    volumeMounts: tls.volumeMounts,
  });
  const within = (seconds: number): IEnvVar[] => [{ name: 'WAIT_SECONDS', value: String(seconds) }];
  const lock = container('migration-lock', 'lock', [name, held], within(waitSeconds));
  return {
    prepare: container('prepare-database', 'prepare', extensions, within(waitSeconds)),
    lock: { ...lock, restartPolicy: 'Always', volumeMounts: [...tls.volumeMounts, mount] },
    held: { mount: { ...mount, readOnly: true }, file: held },
    mark: (version) => container('mark-version', 'mark', [name, version], within(60)),
    wait: (version, seconds) => container('await-migration', 'wait', [name, version], within(seconds)),
    volumes: [...tls.volumes, { name: 'migration-lock', emptyDir: { sizeLimit: '1Mi' } }],
    prepareSeconds: waitSeconds,
  };
}
