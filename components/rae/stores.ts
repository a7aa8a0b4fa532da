import type { ClusterFacts } from '../../config/cluster';
import { cloudNativePgObjects } from '../kit/stores/postgres/cloudnative-pg/objects';
import { postgresObjects } from '../kit/stores/postgres/objects';
import { qdrantObjects, qdrantVolumes } from '../kit/stores/qdrant/objects';
import { redisObjects } from '../kit/stores/redis/objects';
import type { StoreArgs, StoreVolume } from '../kit/stores/single';
import type { Described } from '../system/described';
import type { Rae } from './instance';
import { type Component, claims, metadataIn, names, podLabels, podsOf } from './names';

/** Labels by which Prometheus finds Qdrant's Service. */
export const qdrantScraped = { 'memory-fleet.dev/metrics': 'qdrant' } as const;

/** Made with the database; nobody but a superuser may make pgvector later. */
const extensions = ['vector', 'pgcrypto'] as const;
const made = extensions.map((extension) => `CREATE EXTENSION IF NOT EXISTS ${extension};\n`).join('');

/** The stores that the system brings along. */
export function stores(rae: Rae, cluster: ClusterFacts): Record<string, Described> {
  return { ...postgres(rae, cluster), ...redis(rae, cluster), ...qdrant(rae, cluster) };
}

function postgres(rae: Rae, cluster: ClusterFacts): Record<string, Described> {
  const { client, settings } = rae.stores.postgres;
  if (settings.mode === 'external') return {};
  if (settings.mode === 'cloudnative-pg') {
    return cloudNativePgObjects({
      name: names.postgres,
      metadata: metadataIn(rae.namespace, podsOf('postgresql')),
      podLabels: podLabels('postgresql', []),
      ...{ settings, database: client.database, user: client.user, extensions },
      storageClass: cluster.storageClass,
      imagePullSecrets: rae.settings.imagePullSecrets,
      imageUnpinnedReason: rae.settings.imageUnpinnedReason,
    });
  }
  return postgresObjects({
    ...common(rae, names.postgres, 'postgresql'),
    ...{ image: settings.image, flavour: settings.flavour, resources: settings.resources },
    storage: volumeOf(claims.postgres, settings.storage, cluster),
    ...{ database: client.database, user: client.user, password: client.password },
    maxConnections: settings.maxConnections,
    init: { '001-extensions.sql': made },
  });
}

function redis(rae: Rae, cluster: ClusterFacts): Record<string, Described> {
  const { client, settings } = rae.stores.redis;
  if (settings.mode !== 'embedded') return {};
  return redisObjects({
    ...common(rae, names.redis, 'redis'),
    ...{ image: settings.image, resources: settings.resources },
    storage: volumeOf(claims.redis, settings.storage, cluster),
    password: client.secret,
  });
}

function qdrant(rae: Rae, cluster: ClusterFacts): Record<string, Described> {
  const { settings } = rae.stores.qdrant;
  if (!settings) return {};
  const volumes = {
    storage: volumeOf(claims.qdrant, settings.storage, cluster),
    snapshots: volumeOf(claims.qdrantSnapshots, settings.snapshots, cluster),
  };
  return {
    ...qdrantVolumes(names.qdrant, metadataIn(rae.namespace, podsOf('qdrant')), volumes),
    ...qdrantObjects({
      ...common(rae, names.qdrant, 'qdrant'),
      ...volumes,
      cluster,
      scraped: qdrantScraped,
      image: settings.image,
      resources: settings.resources,
    }),
  };
}

function common({ namespace, settings }: Rae, name: string, component: Component): Omit<StoreArgs, 'image'> {
  return {
    name,
    metadata: (object, labels) => metadataIn(namespace, labels)(object),
    selector: podsOf(component),
    podLabels: podLabels(component, []),
    imagePullSecrets: settings.imagePullSecrets,
    imageUnpinnedReason: settings.imageUnpinnedReason,
    serviceAccountName: names.account,
    after: ['serviceAccount'],
  };
}

function volumeOf(
  claimName: string,
  { size, storageClass }: { readonly size: string; readonly storageClass?: string | undefined },
  cluster: ClusterFacts,
): StoreVolume {
  return { claimName, size, storageClass: storageClass ?? cluster.storageClass };
}
