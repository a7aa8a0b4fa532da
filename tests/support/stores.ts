import { z } from 'zod';
import type { ChromaArgs } from '../../components/kit/stores/chroma/objects';
import type { FalkordbArgs } from '../../components/kit/stores/falkordb/objects';
import type { Neo4jArgs } from '../../components/kit/stores/neo4j/objects';
import type { CloudNativePgArgs } from '../../components/kit/stores/postgres/cloudnative-pg/objects';
import {
  cloudNativePgPostgres,
  embeddedPostgres,
  externalPostgres,
  type PostgresMode,
  type PostgresModesArgs,
} from '../../components/kit/stores/postgres/modes';
import type { PostgresArgs } from '../../components/kit/stores/postgres/objects';
import type { RedisArgs } from '../../components/kit/stores/redis/objects';
import type { StoreArgs } from '../../components/kit/stores/single';
import { parse } from '../../config/parse';

/** Namespace of the stores below. */
export const storeNamespace = 'stores';

/** What every store is told in tests. */
const store = (name: string): Omit<StoreArgs, 'image'> => ({
  name,
  metadata: (object, labels) => ({ name: object, namespace: storeNamespace, labels }),
  selector: { app: name },
  podLabels: { app: name },
  imagePullSecrets: [],
  serviceAccountName: 'default',
  after: [],
});
const volume = (name: string) => ({ claimName: `data-${name}-0`, size: '1Gi' });
/** A value that somebody else brings, in an entry of one Secret for all of them. */
const entry = (secretKey: string) => ({
  source: { source: 'existing', secretName: 'stores', secretKey, secretRevision: 0 } as const,
  key: 'secret',
});

export const chromaArgs: ChromaArgs = {
  ...store('chromadb'),
  cluster: { ipFamilies: ['IPv4'] },
  image: 'docker.io/chromadb/chroma:0.6.3',
  resources: { cpu: '100m', memory: '256Mi', memoryLimit: '1Gi' },
  storage: volume('chromadb'),
  token: entry('token'),
};

export const postgresArgs: PostgresArgs = {
  ...store('postgres'),
  image: 'docker.io/library/postgres:17.2-alpine',
  resources: { cpu: '100m', memory: '256Mi', memoryLimit: '1Gi' },
  storage: volume('postgres'),
  database: 'notes',
  user: 'writer',
  password: entry('sql'),
  maxConnections: 40,
  init: {
    '001-notes.sql': 'CREATE TABLE notes (id bigint PRIMARY KEY, body text NOT NULL);',
    '002-tags.sql': 'CREATE TABLE tags (note bigint REFERENCES notes, tag text);',
  },
};

export const falkordbArgs: FalkordbArgs = {
  ...store('falkordb'),
  image: 'docker.io/falkordb/falkordb:v4.4.1',
  resources: { cpu: '100m', memory: '256Mi', memoryLimit: '1Gi' },
  storage: volume('falkordb'),
  password: entry('graph'),
};

export const neo4jArgs: Neo4jArgs = {
  ...store('neo4j'),
  cluster: { ipFamilies: ['IPv4'] },
  image: 'docker.io/library/neo4j:5.26.30-community',
  resources: { cpu: '100m', memory: '512Mi', memoryLimit: '1Gi' },
  storage: volume('neo4j'),
  password: entry('neo4j'),
};

export const redisArgs: RedisArgs = {
  ...store('redis'),
  image: 'docker.io/library/redis:7.4.2',
  resources: { cpu: '100m', memory: '64Mi', memoryLimit: '256Mi' },
  storage: volume('redis'),
  password: entry('queue'),
};

/** Settings of the PostgreSQL of a system that has it in every mode. */
export const postgresModes = (args: PostgresModesArgs) =>
  z.discriminatedUnion('mode', [embeddedPostgres(args), externalPostgres(args), cloudNativePgPostgres(args)]);

const modes = postgresModes({
  image: 'docker.io/pgvector/pgvector:pg17',
  operandImage: 'ghcr.io/cloudnative-pg/postgresql:17.6-standard-bookworm',
  size: '1Gi',
  resources: { cpu: '100m', memory: '256Mi', memoryLimit: '1Gi' },
  database: 'note_book',
  user: 'writer',
});

/** CloudNativePG with everything that it can have, in a namespace. */
export function cloudNativePgArgs(namespace: string): CloudNativePgArgs {
  const settings = parse(
    modes,
    {
      mode: 'cloudnative-pg',
      pooler: {},
      backup: { endpoint: 'https://s3.example.org', bucket: 'notes', secretName: 'notes-s3' },
    },
    'postgres',
  ) as PostgresMode<'cloudnative-pg'>;
  return {
    ...{ name: 'sql', settings, database: 'note_book', user: 'writer', extensions: ['vector'], storageClass: 'fast' },
    metadata: (name) => ({ name, namespace, labels: { 'app.kubernetes.io/name': 'notes' } }),
    podLabels: { 'notes.example/part': 'sql' },
    imagePullSecrets: ['login'],
  };
}
