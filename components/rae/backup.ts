import { sumInBytes } from '../../config/fields/quantities';
import { onOneNode } from '../kit/objects/pod';
import type { BackupArgs, Purpose } from '../kit/parts/backup/args';
import type { StoreBackup } from '../kit/parts/backup/store';
import { unpinnedWaiver } from '../kit/parts/pinning';
import { madeSecret } from '../kit/parts/secrets';
import { postgresBackup } from '../kit/stores/postgres/backup';
import { qdrantBackup } from '../kit/stores/qdrant/backup';
import { qdrantPorts } from '../kit/stores/qdrant/objects';
import { redisBackup } from '../kit/stores/redis/backup';
import type { NamedCluster } from '../system';
import { type Rae, secretsKey, sessionUse } from './instance';
import { claims, metadataIn, names, podLabels, podsOf, runAs, uses } from './names';
import { sizes } from './settings/sizes';

/**
 * The backup of everything as one set. What refers to something is dumped before it: the queue before memories, and those
 * before their vectors. What is stored meanwhile is then a vector without its memory, which does no harm; the other way
 * round it would be a memory without its vector, of which nobody is told.
 */
export function backupArgs(rae: Rae, cluster: NamedCluster): BackupArgs {
  const { namespace, settings, stores } = rae;
  const { backup } = settings;
  const labels = (purpose: Purpose) =>
    podLabels(purpose, ['repository', ...(purpose === 'drill' ? [] : ([sessionUse(rae), 'redis', 'qdrant'] as const))]);
  const images = storeImages(rae);
  return {
    name: names.backup,
    key: 'backup',
    content: 'memories',
    settings: backup,
    metadata: metadataIn(namespace, podsOf('backup')),
    podLabels: { backup: labels('backup'), restore: labels('restore'), drill: labels('drill') },
    host: `${cluster.name}/${namespace}`,
    serviceAccountName: names.account,
    imagePullSecrets: settings.imagePullSecrets,
    runAs,
    placement: backup.target.kind === 'volume' ? onOneNode(uses('repository')) : {},
    waivers: unpinnedWaiver(settings.imageUnpinnedReason, backup.image, backup.toolsImage, ...Object.values(images)),
    after: [
      'serviceAccount',
      ...(stores.postgres.settings.mode === 'external' ? [] : [names.postgres]),
      ...(stores.redis.settings.mode === 'embedded' ? [names.redis] : []),
      ...(stores.qdrant.settings ? [names.qdrant] : []),
      ...madeSecret(secretsKey, rae.secrets.jwtSecret),
      ...madeSecret('backupPassword', { ...backup.password, secretRevision: 0 }),
    ],
    stores: storeBackups(rae, cluster),
    claimName: claims.backup,
    storageClass: cluster.storageClass,
    // All dumps are on the node's own disk at once.
    workSize: sumInBytes(storageOf(rae, 'redis'), storageOf(rae, 'postgres'), storageOf(rae, 'qdrant')),
  };
}

/** Images by which the stores are dumped, and tried out. */
function storeImages({ settings }: Rae) {
  const { postgres, redis } = settings;
  return {
    postgres: 'toolsImage' in postgres ? postgres.toolsImage : postgres.image,
    redis: 'toolsImage' in redis ? redis.toolsImage : redis.image,
    qdrant: settings.qdrant.image,
  };
}

/** Of a store that somebody else runs: as large as the preset's would be. */
function storageOf({ settings, stores }: Rae, store: 'postgres' | 'redis' | 'qdrant'): string {
  const given = stores[store].settings;
  return given && 'storage' in given ? given.storage.size : sizes[settings.preset][store].storage;
}

function storeBackups(rae: Rae, cluster: NamedCluster): [StoreBackup, ...StoreBackup[]] {
  const { namespace, settings, stores } = rae;
  const preset = sizes[settings.preset];
  const images = storeImages(rae);
  const { client: postgres, settings: postgresSettings } = stores.postgres;
  const { client: redis, settings: redisSettings } = stores.redis;
  const { client: qdrant, settings: qdrantSettings } = stores.qdrant;
  const within = (name: string) => `${name}.${namespace}.svc.${cluster.domain}`;
  return [
    redisBackup({
      client: redis,
      host: redis.remote ? redis.host : within(redis.host),
      image: images.redis,
      resources: 'resources' in redisSettings ? redisSettings.resources : preset.redis.resources,
      storageSize: storageOf(rae, 'redis'),
      // That of the queue, see scripts/start.py.
      moving: [1],
    }),
    postgresBackup({
      ...{ database: postgres.database, user: postgres.user, maxConnections: 20 },
      host: postgres.remote ? postgres.direct.host : within(postgres.direct.host),
      port: postgres.direct.port,
      tls: postgres,
      password: postgres.password.source,
      image: images.postgres,
      ...('flavour' in postgresSettings ? { flavour: postgresSettings.flavour } : {}),
      resources: 'resources' in postgresSettings ? postgresSettings.resources : preset.postgres.resources,
      storageSize: storageOf(rae, 'postgres'),
    }),
    qdrantBackup({
      toolsImage: settings.backup.toolsImage,
      remote: qdrant.remote !== undefined,
      url: qdrantSettings ? `http://${within(names.qdrant)}:${qdrantPorts.requests}` : qdrant.url,
      cluster,
      image: images.qdrant,
      resources: qdrantSettings?.resources ?? preset.qdrant.resources,
      storageSize: storageOf(rae, 'qdrant'),
    }),
  ];
}
