import { billionths } from '../../../../../config/fields/quantities';
import type { Described } from '../../../../system/described';
import type { Labels } from '../../../../system/flow';
import type { ObjectMeta } from '../../../../system/planned-object';
import {
  barmanObjectStore,
  postgresCluster,
  postgresDatabase,
  postgresPooler,
  postgresScheduledBackup,
} from '../../../objects/cloudnative-pg';
import { resourceRequirements } from '../../../objects/pod';
import { unpinnedWaiver } from '../../../parts/pinning';
import type { PostgresMode } from '../modes';
import { cloudNativePgNames } from './names';

export interface CloudNativePgArgs {
  /** Name of the cluster of databases; the keys of the objects begin with it. */
  readonly name: string;
  readonly metadata: (name: string) => ObjectMeta;
  /** Labels of its servers, besides the operator's own. The pods of the pooler have none of them, see the flows. */
  readonly podLabels: Labels;
  readonly settings: PostgresMode<'cloudnative-pg'>;
  readonly database: string;
  readonly user: string;
  /** Extensions of the database, which its image has. */
  readonly extensions: readonly string[];
  /** Class of the volumes, where the settings name none. */
  readonly storageClass: string | undefined;
  readonly imagePullSecrets: readonly string[];
  /** Why the image carries no digest on a production stack. */
  readonly imageUnpinnedReason?: string | undefined;
}

/** Requests and limits of a pod of PgBouncer, which does one thing at a time. */
const poolerSizing = { cpu: '100m', memory: '64Mi', cpuLimit: '1', memoryLimit: '256Mi' } as const;

/** PostgreSQL that the operator CloudNativePG runs: servers, their database with its extensions, pooler and backups. */
export function cloudNativePgObjects(args: CloudNativePgArgs): Record<string, Described> {
  const { database, extensions, metadata, name, settings, user } = args;
  const { backup, pooler } = settings;
  const names = cloudNativePgNames(name);
  const store = `${name}ObjectStore`;
  return {
    ...(backup ? { [store]: barmanObjectStore({ metadata: metadata(names.objectStore), ...backup }) } : {}),
    [name]: {
      ...cluster(args),
      after: backup ? [store] : [],
      waivers: unpinnedWaiver(args.imageUnpinnedReason, settings.image),
    },
    [`${name}Database`]: {
      ...postgresDatabase({
        metadata: metadata(`${name}-${database.replaceAll('_', '-')}`),
        cluster: name,
        name: database,
        owner: user,
        extensions,
      }),
      after: [name],
    },
    ...(pooler
      ? {
          [`${name}Pooler`]: {
            ...postgresPooler({
              metadata: metadata(names.pooler),
              cluster: name,
              instances: pooler.instances,
              parameters: {
                default_pool_size: String(pooler.poolSize),
                max_client_conn: String(pooler.maxClients),
                max_prepared_statements: String(pooler.maxPreparedStatements),
              },
              template: {
                spec: {
                  // The API server wants a list; the operator's own container has everything else.
                  containers: [{ name: 'pgbouncer', resources: resourceRequirements(poolerSizing) }],
                },
              },
            }),
            after: [name],
          },
        }
      : {}),
    ...(backup
      ? {
          [`${name}ScheduledBackup`]: {
            ...postgresScheduledBackup(metadata(names.scheduledBackup), { cluster: name, schedule: backup.schedule }),
            after: [name],
          },
        }
      : {}),
  };
}

function cluster(args: CloudNativePgArgs): Described<'Cluster'> {
  const { database, metadata, name, settings, user } = args;
  const { image, instances, maxConnections, resources, storage } = settings;
  const storageClass = storage.storageClass ?? args.storageClass;
  const kibibytes = (billionths(resources.memoryLimit) ?? 0n) / 1_000_000_000n / 1024n;
  return postgresCluster(
    metadata(name),
    {
      imageName: image,
      instances,
      ...(args.imagePullSecrets.length > 0
        ? { imagePullSecrets: args.imagePullSecrets.map((each) => ({ name: each })) }
        : {}),
      inheritedMetadata: { labels: { ...args.podLabels } },
      bootstrap: { initdb: { database, owner: user, dataChecksums: true } },
      postgresql: { parameters: { max_connections: String(maxConnections), shared_buffers: `${kibibytes / 4n}kB` } },
      resources: resourceRequirements(resources),
      storage: { size: storage.size, ...(storageClass === undefined ? {} : { storageClass }) },
      // Two servers on one node would go together.
      affinity: {
        enablePodAntiAffinity: true,
        podAntiAffinityType: 'preferred',
        topologyKey: 'kubernetes.io/hostname',
      },
      // Extensions and roles are the operator's to make; nobody needs the superuser over the network.
      enableSuperuserAccess: false,
    },
    settings.backup && cloudNativePgNames(name).objectStore,
  );
}
