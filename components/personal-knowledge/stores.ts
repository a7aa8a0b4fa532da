import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterFacts } from '../../config/cluster';
import { chromaObjects } from '../kit/stores/chroma/objects';
import { falkordbObjects } from '../kit/stores/falkordb/objects';
import { neo4jObjects } from '../kit/stores/neo4j/objects';
import { postgresObjects } from '../kit/stores/postgres/objects';
import { type StoreSecret, type StoresOf, storeOf, volumeOn } from '../kit/stores/single';
import type { Described } from '../system/described';
import type { Instance } from './instance';
import { type Component, claims, labels, names } from './names';
import type { Entry } from './settings/secrets';

/** The database of an instance. Nobody but backups connects to it yet. */
export const database = { database: 'personal_knowledge', user: 'pk_mcp' } as const;

const schema = '001-knowledge.sql';

/** Key of the Secret of the instance, where the plan makes it. */
export const secretsKey = 'secrets';

const common = ({ namespace, settings }: Instance): StoresOf<Component> => ({
  ...{ namespace, labels, settings },
  serviceAccountName: names.server,
});

/** The stores of an instance. */
export function stores(instance: Instance, cluster: ClusterFacts): Record<string, Described> {
  const { settings, size } = instance;
  return {
    ...chromaObjects({
      ...storeOf(common(instance), names.chroma, 'chromadb'),
      cluster,
      image: settings.chroma.image,
      resources: size.chroma.resources,
      storage: volumeOn(cluster, claims.chroma, { ...settings.chroma.storage, size: size.chroma.storage }),
      token: secretOf(instance, 'chromaToken'),
    }),
    ...graph(instance, cluster),
    ...postgres(instance, cluster),
  };
}

function graph(instance: Instance, cluster: ClusterFacts): Record<string, Described> {
  const { settings, size } = instance;
  const { graph: own } = settings;
  if (own.kind === 'none') return {};
  const password = secretOf(instance, own.kind === 'neo4j' ? 'neo4jPassword' : 'graphPassword');
  if (!password) throw new Error(`${own.kind} needs its password`);
  const args = {
    ...storeOf(common(instance), names[own.kind], own.kind),
    image: own.image,
    resources: size.graph.resources,
    storage: volumeOn(cluster, claims[own.kind], { ...own.storage, size: size.graph.storage }),
    password,
  };
  return own.kind === 'neo4j' ? neo4jObjects({ ...args, cluster }) : falkordbObjects(args);
}

function postgres(instance: Instance, cluster: ClusterFacts): Record<string, Described> {
  const { settings, size } = instance;
  const password = secretOf(instance, 'postgresPassword');
  if (!password) return {};
  return postgresObjects({
    ...storeOf(common(instance), names.postgres, 'postgres'),
    ...database,
    maxConnections: settings.postgres.maxConnections,
    image: settings.postgres.image,
    flavour: settings.postgres.flavour,
    resources: size.postgres.resources,
    storage: volumeOn(cluster, claims.postgres, { ...settings.postgres.storage, size: size.postgres.storage }),
    password,
    init: { [schema]: readFileSync(join(__dirname, 'schema', schema), 'utf8') },
  });
}

/** An entry of the Secret, as a store takes it. */
export function secretOf({ secrets }: Instance, entry: Entry): StoreSecret | undefined {
  const source = secrets[entry];
  return source && { source, key: secretsKey };
}
