import type { ICluster } from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1';
import type { Described } from '../../system/described';
import type { ObjectMeta, PlannedObject } from '../../system/planned-object';
import { keptByArgoCd } from './sync-options';

const apiVersion = 'postgresql.cnpg.io/v1';

/** Name by which the operator knows its plugin for object storage. */
const barmanPlugin = 'barman-cloud.cloudnative-pg.io';

/**
 * Servers of PostgreSQL that the operator runs. Their volumes go with it, so that nobody may lose it.
 *
 * @param objectStore name of the ObjectStore that its log goes to. @default none
 * @see https://cloudnative-pg.io/documentation/current/cloudnative-pg.v1/#postgresql-cnpg-io-v1-Cluster
 */
export function postgresCluster(
  metadata: ObjectMeta,
  spec: NonNullable<ICluster['spec']>,
  objectStore: string | undefined,
): Described<'Cluster'> {
  // With what the API server would fill in: Argo CD compares lists of a custom resource whole.
  const plugins = objectStore && [
    { name: barmanPlugin, enabled: true, isWALArchiver: true, parameters: { barmanObjectName: objectStore } },
  ];
  return {
    holdsData: true,
    object: {
      apiVersion,
      kind: 'Cluster',
      metadata: { ...metadata, annotations: { ...metadata.annotations, ...keptByArgoCd } },
      spec: { ...spec, ...(plugins ? { plugins } : {}) },
    },
  };
}

/** Secrets that the operator makes for such servers: what clients show, and the authority of their certificates. */
export function secretsOfCluster(name: string): { readonly app: string; readonly ca: string } {
  return { app: `${name}-app`, ca: `${name}-ca` };
}

/** Labels by which the operator's pods are known: all that belong to such servers, and the pods of a pooler. */
export const cloudNativePgLabels = { servers: 'cnpg.io/cluster', pooler: 'cnpg.io/poolerName' } as const;

/** Labels of the servers themselves, without the Jobs that make them and the poolers before them. */
export function instancesOf(cluster: string): Readonly<Record<string, string>> {
  return { [cloudNativePgLabels.servers]: cluster, 'cnpg.io/podRole': 'instance' };
}

export interface PoolerArgs {
  /** Metadata whose name is that of its Service too. */
  readonly metadata: ObjectMeta;
  readonly cluster: string;
  readonly instances: number;
  /** Parameters of PgBouncer. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly template: NonNullable<NonNullable<PlannedObject<'Pooler'>['spec']>['template']>;
}

/** PgBouncer, which lends out a connection for each transaction. */
export function postgresPooler({
  cluster,
  instances,
  metadata,
  parameters,
  template,
}: PoolerArgs): Described<'Pooler'> {
  return {
    object: {
      apiVersion,
      kind: 'Pooler',
      metadata,
      spec: {
        cluster: { name: cluster },
        instances,
        type: 'rw',
        pgbouncer: { poolMode: 'transaction', parameters: { ...parameters } },
        template,
      },
    },
  };
}

export interface DatabaseArgs {
  readonly metadata: ObjectMeta;
  readonly cluster: string;
  readonly name: string;
  readonly owner: string;
  readonly extensions: readonly string[];
}

/** A database of such servers, with the extensions that only an administrator may make. It outlives this object. */
export function postgresDatabase({ cluster, extensions, metadata, name, owner }: DatabaseArgs): Described<'Database'> {
  return {
    object: {
      apiVersion,
      kind: 'Database',
      metadata,
      spec: {
        cluster: { name: cluster },
        name,
        owner,
        databaseReclaimPolicy: 'retain',
        ...(extensions.length > 0
          ? { extensions: extensions.map((extension) => ({ name: extension, ensure: 'present' as const })) }
          : {}),
      },
    },
  };
}

/** Base backups by schedule, in a cron expression of five fields. The first one is made at once. */
export function postgresScheduledBackup(
  metadata: ObjectMeta,
  { cluster, schedule }: { readonly cluster: string; readonly schedule: string },
): Described<'ScheduledBackup'> {
  return {
    object: {
      apiVersion,
      kind: 'ScheduledBackup',
      metadata,
      spec: {
        cluster: { name: cluster },
        // The operator's have a field for seconds in front.
        schedule: `0 ${schedule}`,
        immediate: true,
        backupOwnerReference: 'none',
        method: 'plugin',
        pluginConfiguration: { name: barmanPlugin },
      },
    },
  };
}

export interface ObjectStoreArgs {
  readonly metadata: ObjectMeta;
  readonly endpoint: string;
  readonly bucket: string;
  /** Secret with the keys access-key-id and secret-access-key. */
  readonly secretName: string;
  readonly retentionDays: number;
}

/** Where base backups and logs go. */
export function barmanObjectStore(args: ObjectStoreArgs): Described<'ObjectStore'> {
  const { bucket, endpoint, metadata, retentionDays, secretName: name } = args;
  return {
    object: {
      apiVersion: 'barmancloud.cnpg.io/v1',
      kind: 'ObjectStore',
      metadata,
      spec: {
        retentionPolicy: `${retentionDays}d`,
        configuration: {
          destinationPath: `s3://${bucket}/`,
          endpointURL: endpoint,
          s3Credentials: {
            accessKeyId: { name, key: 'access-key-id' },
            secretAccessKey: { name, key: 'secret-access-key' },
          },
          wal: { compression: 'gzip' },
          data: { compression: 'gzip' },
        },
      },
    },
  };
}
