import type { IEnvVar, IVolume, IVolumeMount } from 'kubernetes-models/v1';
import { type HostFacts, peerAt, type RemotePeer } from '../../parts/peer';
import type { StoreSecret } from '../single';
import { cloudNativePgNames } from './cloudnative-pg/names';
import { type PostgresModes, reservedConnections } from './modes';

/** Port of PostgreSQL's pod, and of its Services. */
export const postgresPorts = { requests: 5432 } as const;

interface Place {
  readonly host: string;
  readonly port: number;
}

/** How pods use a PostgreSQL, whoever runs it. */
export interface PostgresClient extends Place {
  readonly mode: PostgresModes['mode'];
  readonly database: string;
  readonly user: string;
  readonly password: StoreSecret;
  /** The server itself, where the place above is a pooler: for sessions, such as those of migrations and dumps. */
  readonly direct: Place;
  readonly sslmode: 'disable' | 'require' | 'verify-ca' | 'verify-full';
  /** Certificates that the server's is held against. */
  readonly ca: { readonly kind: 'ConfigMap' | 'Secret'; readonly name: string; readonly key: string } | undefined;
  /** Connections that all clients together may have, at the place above. */
  readonly connections: number;
  /** Whom network policies must let them reach. Undefined where it is pods of this store, see `postgresClientFlows`. */
  readonly remote: RemotePeer | undefined;
}

export interface PostgresClientArgs {
  readonly settings: PostgresModes;
  /** Name of the Service of an embedded one, and of the cluster of databases of an operator. */
  readonly name: string;
  /** Database and role, where the settings do not say. */
  readonly database: string;
  readonly user: string;
  /** The entry with the password. Unused where the operator makes it. */
  readonly password: StoreSecret | undefined;
  readonly cluster: HostFacts;
}

/** The PostgreSQL of a system, as its settings say. */
export function postgresClient(args: PostgresClientArgs): PostgresClient {
  const { database, name, settings, user } = args;
  const { mode } = settings;
  const left = settings.maxConnections - (mode === 'external' ? 0 : reservedConnections);
  switch (mode) {
    case 'embedded': {
      const place = { host: name, port: postgresPorts.requests };
      const unencrypted = { sslmode: 'disable', ca: undefined } as const;
      return {
        ...{ mode, ...place, direct: place, database, user, password: given(args) },
        // Within the cluster: network policies keep others from listening, not TLS.
        ...{ ...unencrypted, connections: left, remote: undefined },
      };
    }
    case 'external': {
      const { ca, host, port } = settings;
      return {
        ...{ mode, host, port, direct: { host, port }, database: settings.database, user: settings.user },
        password: given(args),
        sslmode: settings.sslmode,
        ca: ca && { kind: 'ConfigMap', name: ca.configMap, key: ca.key },
        connections: left,
        remote: peerAt({ host: host.replace(/^\[(.*)\]$/, '$1'), port }, args.cluster),
      };
    }
    case 'cloudnative-pg': {
      const names = cloudNativePgNames(name);
      const { pooler } = settings;
      const port = postgresPorts.requests;
      return {
        ...{ mode, host: pooler ? names.pooler : names.service, port, direct: { host: names.service, port } },
        ...{ database, user, password: names.password },
        // Every certificate of the operator's authority is of this cluster; that of the pooler does not have its name.
        ...{ sslmode: 'verify-ca', ca: { kind: 'Secret', ...names.ca } },
        connections: pooler ? pooler.instances * pooler.maxClients : left,
        remote: undefined,
      };
    }
  }
}

function given({ password, settings }: PostgresClientArgs): StoreSecret {
  if (!password) throw new Error(`a PostgreSQL of mode ${settings.mode} needs its password`);
  return password;
}

/** Whether clients are lent a connection for each transaction: what needs a session of its own then goes another way. */
export function isPooled({ direct, host }: Pick<PostgresClient, 'direct' | 'host'>): boolean {
  return direct.host !== host;
}

const caFolder = '/etc/memory-fleet/postgres-ca';

/** What libpq and asyncpg are told of TLS, and what they read for it. */
export function postgresTls({ ca, sslmode }: Pick<PostgresClient, 'ca' | 'sslmode'>): {
  readonly env: IEnvVar[];
  readonly volumeMounts: IVolumeMount[];
  readonly volumes: IVolume[];
} {
  const env = [{ name: 'PGSSLMODE', value: sslmode }];
  if (!ca) return { env, volumeMounts: [], volumes: [] };
  const items = [{ key: ca.key, path: 'ca.crt' }];
  const volume = 'postgres-ca';
  return {
    env: [...env, { name: 'PGSSLROOTCERT', value: `${caFolder}/ca.crt` }],
    volumeMounts: [{ name: volume, mountPath: caFolder, readOnly: true }],
    volumes: [
      ca.kind === 'Secret'
        ? { name: volume, secret: { secretName: ca.name, items, defaultMode: 0o440 } }
        : { name: volume, configMap: { name: ca.name, items } },
    ],
  };
}
