import { z } from 'zod';
import { image, integer } from '../../../config/fields';
import { perCluster, promoted } from '../../../config/promotion';
import { embeddedMode } from '../../kit/settings/embedded-mode';
import { exporterSettings } from '../../kit/settings/exporter';
import { type StoreSize, sizedResources, sizedVolume } from '../../kit/settings/sized';
import { cloudNativePgPostgres, embeddedPostgres, externalPostgres } from '../../kit/stores/postgres/modes';
import { externalQdrant } from '../../kit/stores/qdrant/external';
import { qdrantSettings } from '../../kit/stores/qdrant/settings';
import { embeddedRedis, externalRedis } from '../../kit/stores/redis/settings';
import { sizes } from './sizes';

// What the kit says of each store, but for what follows from the preset.
const { production } = sizes;
const usual = ({ resources: { cpu, cpuLimit = cpu, memory, memoryLimit }, storage }: StoreSize) => ({
  size: storage,
  resources: { cpu, cpuLimit, memory, memoryLimit },
});
const postgresArgs = {
  image: 'docker.io/pgvector/pgvector:0.8.1-pg17',
  operandImage: 'ghcr.io/cloudnative-pg/postgresql:17.6-standard-bookworm',
  database: 'rae_memory',
  user: 'rae',
  ...usual(production.postgres),
};

const ofPostgres = { exporter: perCluster(exporterSettings('postgres')) };
const maxConnections = promoted(
  integer(10, 10_000)
    .optional()
    .describe('Connections that are open at the same time. Default: that of the preset, enough for its replicas.'),
);

export const postgres = z
  .discriminatedUnion(
    'mode',
    [
      embeddedPostgres(postgresArgs).extend({
        ...ofPostgres,
        storage: perCluster(sizedVolume('The volume with the database.')),
        resources: promoted(sizedResources('Resources of PostgreSQL.')),
        maxConnections,
      }),
      externalPostgres(postgresArgs).extend(ofPostgres),
      cloudNativePgPostgres(postgresArgs).extend({
        ...ofPostgres,
        storage: perCluster(sizedVolume('The volume of each server: block storage, for one node at a time.')),
        resources: promoted(sizedResources('Resources of each server.')),
        maxConnections,
      }),
    ],
    { error: 'a map with mode "embedded", "external" or "cloudnative-pg"' },
  )
  .prefault({ mode: 'embedded' })
  .describe('PostgreSQL with pgvector, for memories and all that is known of them.');

const ofRedis = { exporter: perCluster(exporterSettings('redis')) };

export const redis = z
  .discriminatedUnion(
    'mode',
    [
      embeddedRedis(usual(production.redis)).extend({
        ...ofRedis,
        storage: perCluster(sizedVolume('The volume with the log of every write.')),
        resources: promoted(sizedResources('Resources of Redis: data take three quarters of its memory at most.')),
      }),
      externalRedis.extend({
        ...ofRedis,
        toolsImage: promoted(
          image
            .default('docker.io/library/redis:7.4.2')
            .describe('Image of Redis for backups and drills, built like the official one, not older than the server.'),
        ),
      }),
    ],
    { error: 'a map with mode "embedded" or "external"' },
  )
  .prefault({ mode: 'embedded' })
  .describe('Redis, for the queue of the workers, their results and the cache.');

const qdrantImage = promoted(
  image
    .default('docker.io/qdrant/qdrant:v1.17.0-unprivileged')
    .describe(
      'Image of Qdrant, a tag that ends in -unprivileged: it runs as user 1000. The client of the pinned version is 1.17.',
    ),
);

/** Without an API key: the application shows none. */
const embeddedQdrant = qdrantSettings({
  apiKeySecret: ['rae-qdrant', 'api-key'],
  secret: ['rae', 'qdrantApiKey'],
  apiKey: {},
  size: production.qdrant.storage,
})
  .unwrap()
  .omit({ apiKey: true })
  .extend({
    mode: embeddedMode('One Qdrant beside the system.'),
    image: qdrantImage,
    storage: perCluster(sizedVolume('The volume with the vectors: block storage, for one node at a time.')),
    snapshots: perCluster(
      sizedVolume('The volume on which Qdrant makes snapshots, by default as large as that of the vectors.'),
    ),
    resources: promoted(sizedResources('Resources of Qdrant.')),
  });

export const qdrant = z
  .discriminatedUnion('mode', [embeddedQdrant, externalQdrant.extend({ image: qdrantImage })], {
    error: 'a map with mode "embedded" or "external"',
  })
  .prefault({ mode: 'embedded' })
  .describe('Qdrant, for the vectors. One that somebody else runs must ask for no key: the application shows none.');
