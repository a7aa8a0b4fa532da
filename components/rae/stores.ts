import type { ClusterFacts } from '../../config/cluster';
import { cloudNativePgObjects } from '../kit/stores/postgres/cloudnative-pg/objects';
import { postgresObjects } from '../kit/stores/postgres/objects';
import { qdrantObjects, qdrantVolumes } from '../kit/stores/qdrant/objects';
import { redisObjects } from '../kit/stores/redis/objects';
import { type StoresOf, storeOf, volumeOn } from '../kit/stores/single';
import type { Described } from '../system/described';
import type { Rae } from './instance';
import { type Component, claims, labels, metadataIn, names, podLabels, podsOf } from './names';

/** Labels by which Prometheus finds Qdrant's Service. */
export const qdrantScraped = { 'memory-fleet.dev/metrics': 'qdrant' } as const;

/** Nobody but a superuser may make pgvector. */
const extensions = ['vector', 'pgcrypto'] as const;

const common = ({ namespace, settings }: Rae): StoresOf<Component> => ({
  ...{ namespace, labels, settings },
  serviceAccountName: names.account,
});

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
    ...storeOf(common(rae), names.postgres, 'postgresql'),
    ...{ image: settings.image, flavour: settings.flavour, resources: settings.resources },
    storage: volumeOn(cluster, claims.postgres, settings.storage),
    ...{ database: client.database, user: client.user, password: client.password },
    maxConnections: settings.maxConnections,
    init: {},
    extensions,
  });
}

function redis(rae: Rae, cluster: ClusterFacts): Record<string, Described> {
  const { client, settings } = rae.stores.redis;
  if (settings.mode !== 'embedded') return {};
  return redisObjects({
    ...storeOf(common(rae), names.redis, 'redis'),
    ...{ image: settings.image, resources: settings.resources },
    storage: volumeOn(cluster, claims.redis, settings.storage),
    password: client.secret,
  });
}

function qdrant(rae: Rae, cluster: ClusterFacts): Record<string, Described> {
  const { settings } = rae.stores.qdrant;
  if (!settings) return {};
  const volumes = {
    storage: volumeOn(cluster, claims.qdrant, settings.storage),
    snapshots: volumeOn(cluster, claims.qdrantSnapshots, settings.snapshots),
  };
  return {
    ...qdrantVolumes(names.qdrant, metadataIn(rae.namespace, podsOf('qdrant')), volumes),
    ...qdrantObjects({
      ...storeOf(common(rae), names.qdrant, 'qdrant'),
      ...volumes,
      cluster,
      scraped: qdrantScraped,
      image: settings.image,
      resources: settings.resources,
    }),
  };
}
