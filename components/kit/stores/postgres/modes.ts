import { z } from 'zod';
import type { ClusterFacts } from '../../../../config/cluster';
import type { Constraint } from '../../../../config/constraint';
import {
  cronSchedule,
  dataKey,
  hostOrAddress,
  httpsOrigin,
  image,
  integer,
  objectName,
  resources,
  text,
} from '../../../../config/fields';
import { perCluster, promoted } from '../../../../config/promotion';
import { scheduleOf } from '../../../../config/schedule';
import { embeddedMode } from '../../settings/embedded-mode';
import { volume } from '../../settings/volume';
import { type PostgresSettingsArgs, postgresKeys } from './settings';

/** A name of PostgreSQL that needs no quotes. */
const identifier = (what: string) =>
  text(/^[a-z_][a-z0-9_]*$/, `${what}: lower-case letters, digits and "_", no digit first`, 63);

/** Where a client looks whether it talks to the right server, weakest first. */
const sslModes = ['disable', 'require', 'verify-ca', 'verify-full'] as const;

/** Keys of a PostgreSQL that a system brings along. */
export const embeddedPostgres = (args: PostgresSettingsArgs) =>
  z.strictObject({
    mode: embeddedMode('One PostgreSQL beside the system.'),
    ...postgresKeys(args),
  });

/** Keys of a PostgreSQL that somebody else runs. Its password is among the secrets of the system. */
export const externalPostgres = (args: PostgresModesArgs) =>
  z.strictObject({
    mode: z.literal('external').describe('A PostgreSQL that somebody else runs.'),
    host: hostOrAddress.describe('Host of the server.'),
    port: integer(1, 65_535).default(5432).describe('Port of the server.'),
    database: identifier('a database').default(args.database).describe('Database on it.'),
    user: identifier('a role').default(args.user).describe('Role that owns the database.'),
    sslmode: z
      .enum(sslModes, { error: '"disable", "require", "verify-ca" or "verify-full"' })
      .default('verify-full')
      .describe('How connections are encrypted, and how the server shows that it is the right one.'),
    ca: z
      .strictObject({
        configMap: objectName.describe('ConfigMap with the certificates, made by somebody else.'),
        key: dataKey.default('ca.crt').describe('Its key with the certificates as PEM.'),
      })
      .optional()
      .describe('Authority that has signed the certificate of the server. Default: none, for modes that ask for none.'),
    toolsImage: promoted(
      image
        .default(args.image)
        .describe(
          'Image of PostgreSQL for dumps and drills, built like the official one, with the extensions, not older than the server.',
        ),
    ),
    maxConnections: integer(5, 100_000).default(100).describe('Connections that this role may have at the same time.'),
  });

/** Where CloudNativePG keeps its own backups. */
const objectStore = z.strictObject({
  endpoint: httpsOrigin.describe('Endpoint of the object storage.'),
  bucket: text(
    /^(?!\d+\.\d+\.\d+\.\d+$)(?!.*(\.\.|\.-|-\.))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    'the name of a bucket: 3 to 63 lower-case letters, digits, "-" and single ".", and no address',
  ).describe('Bucket; below it there is a folder of the name of the cluster of databases.'),
  secretName: objectName.describe('Secret with the keys access-key-id and secret-access-key, made by somebody else.'),
  schedule: cronSchedule.default('41 1 * * *').describe('When a base backup is made, in UTC; changes follow at once.'),
  maxAgeSeconds: integer(3600, 60 * 86_400)
    .default(36 * 3600)
    .describe('Age of the last base backup at which the alert goes off, in seconds.'),
  retentionDays: integer(1, 3650).default(30).describe('Days that can be gone back to.'),
});

/** Keys of a PostgreSQL that the operator CloudNativePG runs. It makes the password itself. */
export const cloudNativePgPostgres = (args: PostgresModesArgs) =>
  z.strictObject({
    mode: z.literal('cloudnative-pg').describe('PostgreSQL that the operator CloudNativePG runs, with replicas.'),
    image: promoted(
      image
        .default(args.operandImage)
        .describe('Image of PostgreSQL for CloudNativePG, with the extensions; its tag begins with the major version.'),
    ),
    toolsImage: promoted(
      image
        .default(args.image)
        .describe(
          'Image of PostgreSQL for dumps and drills, built like the official one, with the extensions, not older than the server.',
        ),
    ),
    instances: integer(1, 9).default(3).describe('Servers: one that is written to, and its replicas.'),
    storage: volume(args.size, 'The volume of each server: block storage, for one node at a time.'),
    maxConnections: integer(10, 10_000).default(100).describe('Connections to each server at the same time.'),
    resources: promoted(
      resources(args.resources).describe(
        'Resources of each server. A quarter of the memory limit is for its shared buffers.',
      ),
    ),
    pooler: z
      .strictObject({
        instances: integer(1, 20).default(2).describe('Pods of PgBouncer.'),
        poolSize: integer(1, 1000).default(20).describe('Connections that each of them has to the server.'),
        maxClients: integer(10, 100_000).default(1000).describe('Connections of clients that each of them takes.'),
        maxPreparedStatements: integer(0, 10_000)
          .default(200)
          .describe('Prepared statements that each connection keeps; clients that prepare theirs fail with 0.'),
      })
      .optional()
      .describe('PgBouncer between clients and server, which lends out a connection for a transaction. Default: none.'),
    backup: perCluster(
      objectStore
        .optional()
        .describe(
          "The operator's own backups, by its plugin Barman Cloud: any moment can be gone back to. Default: none, dumps alone.",
        ),
    ),
  });

export interface PostgresModesArgs extends PostgresSettingsArgs {
  /** Database and role by default. */
  readonly database: string;
  readonly user: string;
  /** Image by default for CloudNativePG. */
  readonly operandImage: string;
}

/** Settings of the PostgreSQL of a system: one that it brings along, one of an operator, or one of somebody else. */
export type PostgresModes = z.output<
  ReturnType<typeof embeddedPostgres | typeof externalPostgres | typeof cloudNativePgPostgres>
>;
export type PostgresMode<M extends PostgresModes['mode']> = Extract<PostgresModes, { readonly mode: M }>;

/** @param path of the settings */
export function postgresConstraints(
  path: readonly PropertyKey[],
  settings: PostgresModes,
  { cloudNativePg: operator }: Pick<ClusterFacts, 'cloudNativePg'>,
): Constraint[] {
  switch (settings.mode) {
    case 'embedded':
      return [];
    case 'external': {
      const verifies = settings.sslmode.startsWith('verify');
      return [
        {
          path: [...path, 'ca'],
          expected: `${verifies ? 'a map with configMap: sslmode' : 'nothing, or another sslmode:'} "${settings.sslmode}" ${verifies ? 'needs the authority of the server' : 'looks at no certificate'}`,
          satisfied: verifies === (settings.ca !== undefined),
        },
      ];
    }
    case 'cloudnative-pg':
      return [
        {
          path: [...path, 'mode'],
          expected: 'another mode, or cluster.cloudNativePg set: no operator would make the database',
          satisfied: operator !== undefined,
        },
        {
          path: [...path, 'backup'],
          expected: 'nothing, or cluster.cloudNativePg.barmanPlugin true: nothing else makes these backups',
          satisfied: settings.backup === undefined || operator?.barmanPlugin === true,
        },
        {
          path: [...path, 'backup', 'maxAgeSeconds'],
          expected: `at least ${longestGapOf(settings.backup?.schedule)}, or a closer schedule: so many seconds lie between two base backups`,
          satisfied: (settings.backup?.maxAgeSeconds ?? 0) >= longestGapOf(settings.backup?.schedule),
        },
        {
          path: [...path, 'pooler', 'poolSize'],
          expected: `at most ${Math.floor((settings.maxConnections - reservedConnections) / (settings.pooler?.instances ?? 1))}: the pods of the pooler have ${settings.pooler?.instances} times as many connections, and the server has ${settings.maxConnections}, less ${reservedConnections} for itself`,
          satisfied:
            settings.pooler === undefined ||
            settings.pooler.instances * settings.pooler.poolSize <= settings.maxConnections - reservedConnections,
        },
      ];
  }
}

/** Longest time between two times of a schedule, in seconds; 0 of one that is none. */
function longestGapOf(schedule: string | undefined): number {
  const times = schedule === undefined ? undefined : scheduleOf(schedule);
  return times && 'longestGap' in times ? times.longestGap : 0;
}

/** Connections that PostgreSQL keeps for superusers (`superuser_reserved_connections`), and those of backups and exporters. */
export const reservedConnections = 3 + 5;
