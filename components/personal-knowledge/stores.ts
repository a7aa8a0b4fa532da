import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterFacts } from '../../config/cluster';
import { chromaObjects } from '../kit/stores/chroma/objects';
import { falkordbObjects } from '../kit/stores/falkordb/objects';
import { postgresObjects } from '../kit/stores/postgres/objects';
import type { StoreArgs, StoreSecret, StoreVolume } from '../kit/stores/single';
import type { Described } from '../system/described';
import type { Instance } from './instance';
import { type Component, claims, metadataIn, names, podLabels, podsOf } from './names';
import type { Entry } from './settings/secrets';

/** The database of an instance. Nobody but backups connects to it yet. */
export const database = { database: 'personal_knowledge', user: 'pk_mcp' } as const;

const schema = '001-knowledge.sql';

/** Key of the Secret of the instance, where the plan makes it. */
export const secretsKey = 'secrets';

/** The stores of an instance. */
export function stores(instance: Instance, cluster: ClusterFacts): Record<string, Described> {
  const { settings, size } = instance;
  return {
    ...chromaObjects({
      ...common(instance, names.chroma, 'chromadb'),
      cluster,
      image: settings.chroma.image,
      resources: size.chroma.resources,
      storage: volumeOf(claims.chroma, size.chroma.storage, settings.chroma.storage, cluster),
      token: secretOf(instance, 'chromaToken'),
    }),
    ...graph(instance, cluster),
    ...postgres(instance, cluster),
  };
}

function graph(instance: Instance, cluster: ClusterFacts): Record<string, Described> {
  const { settings, size } = instance;
  const password = secretOf(instance, 'graphPassword');
  if (!password) return {};
  return falkordbObjects({
    ...common(instance, names.graph, 'falkordb'),
    image: settings.graph.image,
    resources: size.graph.resources,
    storage: volumeOf(claims.graph, size.graph.storage, settings.graph.storage, cluster),
    password,
  });
}

function postgres(instance: Instance, cluster: ClusterFacts): Record<string, Described> {
  const { settings, size } = instance;
  const password = secretOf(instance, 'postgresPassword');
  if (!password) return {};
  return postgresObjects({
    ...common(instance, names.postgres, 'postgres'),
    ...database,
    maxConnections: settings.postgres.maxConnections,
    image: settings.postgres.image,
    flavour: settings.postgres.flavour,
    resources: size.postgres.resources,
    storage: volumeOf(claims.postgres, size.postgres.storage, settings.postgres.storage, cluster),
    password,
    init: { [schema]: readFileSync(join(__dirname, 'schema', schema), 'utf8') },
  });
}

function common({ namespace, settings }: Instance, name: string, component: Component): Omit<StoreArgs, 'image'> {
  return {
    name,
    metadata: (object, labels) => metadataIn(namespace, labels)(object),
    selector: podsOf(component),
    podLabels: podLabels(component, []),
    imagePullSecrets: settings.imagePullSecrets,
    imageUnpinnedReason: settings.imageUnpinnedReason,
    serviceAccountName: names.server,
    after: ['serviceAccount'],
  };
}

function volumeOf(
  claimName: string,
  size: string,
  { storageClass }: { readonly storageClass?: string | undefined },
  cluster: ClusterFacts,
): StoreVolume {
  return { claimName, size, storageClass: storageClass ?? cluster.storageClass };
}

/** An entry of the Secret, as a store takes it. */
export function secretOf({ secrets }: Instance, entry: Entry): StoreSecret | undefined {
  const source = secrets[entry];
  return source && { source, key: secretsKey };
}
