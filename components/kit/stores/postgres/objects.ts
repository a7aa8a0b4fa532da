import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IContainer, IEnvVar, IPodSpec, IVolume, IVolumeMount } from 'kubernetes-models/v1';
import { billionths } from '../../../../config/fields/quantities';
import type { Described } from '../../../system/described';
import { configMap } from '../../objects/config-map';
import { type RunAs, resourceRequirements, type Sizing } from '../../objects/pod';
import { execProbes } from '../../objects/probes';
import { revisionAnnotations } from '../../parts/secrets';
import { passwordFile, passwordStorePod } from '../password-file';
import { type StoreArgs, type StoreSecret, type StoreVolume, singleStore, storeVolume } from '../single';
import { postgresPorts } from './client';

const volume = '/var/lib/postgresql/data';
/** Below the mount, which belongs to root: PostgreSQL takes only a folder of its own. */
const data = `${volume}/pgdata`;
const initFolder = '/docker-entrypoint-initdb.d';
const startScript = readFileSync(join(__dirname, 'start.sh'), 'utf8');
/** Runs after every script of the system, see start.sh. */
const lastInit = { 'zz-finished.sh': `rm -f ${volume}/.unfinished\n` };

/** Before every script of the system, which may want them. */
function extensionsInit(extensions: readonly string[] = []): Readonly<Record<string, string>> {
  if (extensions.length === 0) return {};
  return { '000-extensions.sql': extensions.map((each) => `CREATE EXTENSION IF NOT EXISTS "${each}";\n`).join('') };
}

export type PostgresFlavour = 'debian' | 'alpine';

/**
 * The user of the image.
 *
 * @param flavour what it is built on. @default Alpine where the tag says so, else Debian
 */
export function postgresUser(image: string, flavour?: PostgresFlavour): RunAs {
  const [tagged = ''] = image.split('@');
  const tag = tagged.slice(tagged.lastIndexOf(':') + 1);
  const id = (flavour ?? (/-alpine/.test(tag) ? 'alpine' : 'debian')) === 'alpine' ? 70 : 999;
  return { uid: id, gid: id };
}

export interface PostgresArgs extends StoreArgs {
  /** An image with the entrypoint of the official one. */
  readonly image: string;
  readonly flavour?: PostgresFlavour | undefined;
  readonly resources: Sizing;
  readonly storage: StoreVolume;
  /** The database that clients use, made at the first start. */
  readonly database: string;
  /** Its owner, who may do anything in this server. */
  readonly user: string;
  readonly password: StoreSecret;
  readonly maxConnections: number;
  /**
   * SQL that is run once, when the database is made, by the names of its files and in their order. What changes the schema
   * later, or takes it back, has no place here.
   */
  readonly init: Readonly<Record<string, string>>;
  /** Extensions that the database has: made with it, and at later starts where it lacks one. @default none */
  readonly extensions?: readonly string[];
}

/**
 * PostgreSQL: one replica, its claim, and the Services that lead to it.
 * @see https://github.com/docker-library/docs/blob/master/postgres/README.md
 */
export function postgresObjects(args: PostgresArgs): Record<string, Described> {
  const { metadata, name, password, selector, storage } = args;
  const [storageKey, initKey] = [`${name}Storage`, `${name}Init`];
  return {
    [storageKey]: storeVolume(storage, (claim) => metadata(claim, selector)),
    [initKey]: configMap(metadata(initName(name), selector), {
      ...extensionsInit(args.extensions),
      ...args.init,
      ...lastInit,
    }),
    ...singleStore(args, {
      ports: [{ name: 'postgres', port: postgresPorts.requests, targetPort: postgresPorts.requests }],
      pod: postgresPod(args),
      podAnnotations: revisionAnnotations({ password: password.source }),
      mounts: [storageKey, initKey],
      secrets: [password],
    }),
  };
}

const initName = (name: string) => `${name}-init`;

/** What every PostgreSQL mounts besides its data: places that it writes to, on a root file system that it cannot write to. */
export function postgresScratch(prefix = ''): { mounts: IVolumeMount[]; volumes: IVolume[] } {
  const [socket, temporary, shared] = ['run', 'tmp', 'shm'].map((name) => `${prefix}${name}`) as [
    string,
    string,
    string,
  ];
  return {
    mounts: [
      { name: socket, mountPath: '/var/run/postgresql' },
      { name: temporary, mountPath: '/tmp' },
      // The runtime's own is too small for queries that several processes work on.
      { name: shared, mountPath: '/dev/shm' },
    ],
    volumes: [
      { name: socket, emptyDir: { sizeLimit: '1Mi' } },
      { name: temporary, emptyDir: { sizeLimit: '256Mi' } },
      { name: shared, emptyDir: { medium: 'Memory', sizeLimit: '256Mi' } },
    ],
  };
}

/** The environment of every PostgreSQL, a living one and that of a drill. */
export function postgresEnvironment({ database, user }: Pick<PostgresArgs, 'database' | 'user'>): IEnvVar[] {
  return [
    { name: 'PGDATA', value: data },
    { name: 'POSTGRES_DB', value: database },
    { name: 'POSTGRES_USER', value: user },
    { name: 'POSTGRES_INITDB_ARGS', value: '--data-checksums' },
  ];
}

/** The command of the server itself. */
export function postgresCommand({ maxConnections, resources }: Pick<PostgresArgs, 'maxConnections' | 'resources'>) {
  const kibibytes = (billionths(resources.memoryLimit) ?? 0n) / 1_000_000_000n / 1024n;
  return ['postgres', '-c', `max_connections=${maxConnections}`, '-c', `shared_buffers=${kibibytes / 4n}kB`];
}

/**
 * Whether it serves the database, asked at the loopback address: while it makes the database it listens on its socket alone,
 * for its own scripts.
 */
export function postgresReady({ database, user }: Pick<PostgresArgs, 'database' | 'user'>): string[] {
  return ['pg_isready', '-q', '-h', '127.0.0.1', '-U', user, '-d', database];
}

export const postgresMount = volume;

function postgresPod(args: PostgresArgs): IPodSpec {
  const { image, name } = args;
  const password = passwordFile(args, '/run/postgres-password');
  const { mounts, volumes } = postgresScratch();
  const container: IContainer = {
    name,
    image,
    command: ['/bin/sh', '-c', startScript, 'start', ...postgresCommand(args)],
    env: [
      ...postgresEnvironment(args),
      { name: 'POSTGRES_PASSWORD_FILE', value: password.path },
      ...(args.extensions?.length ? [{ name: 'EXTENSIONS', value: args.extensions.join(' ') }] : []),
    ],
    ports: [{ name: 'postgres', containerPort: postgresPorts.requests }],
    ...execProbes({
      // After a crash it works through what it had written down.
      startupSeconds: 1800,
      ready: { command: postgresReady(args), timeoutSeconds: 5 },
      alive: { timeoutSeconds: 10 },
    }),
    resources: resourceRequirements(args.resources),
    volumeMounts: [
      { name: 'storage', mountPath: volume },
      { name: 'init', mountPath: initFolder, readOnly: true },
      password.mount,
      ...mounts,
    ],
  };
  return passwordStorePod(args, password, {
    runAs: postgresUser(image, args.flavour),
    container,
    before: [{ name: 'init', configMap: { name: initName(name) } }],
    after: volumes,
  });
}
