import { z } from 'zod';
import { perCluster, promoted } from '../../../config/promotion';
import { exporterSettings } from '../../kit/settings/exporter';
import { sizedResources, sizedVolume } from '../../kit/settings/sized';
import { chromaSettings } from '../../kit/stores/chroma/settings';
import { falkordbSettings } from '../../kit/stores/falkordb/settings';
import { postgresSettings } from '../../kit/stores/postgres/settings';
import { sizes } from './sizes';

// What the kit says of each store, but for what follows from the preset.
const { small } = sizes;

export const chroma = chromaSettings({ size: small.chroma.storage })
  .unwrap()
  .extend({
    storage: perCluster(sizedVolume('The volume with the vectors.')),
    resources: promoted(sizedResources('Resources of Chroma.')),
  })
  .prefault({})
  .describe('Chroma, the vector database.');

export const postgres = postgresSettings({
  image: 'docker.io/library/postgres:17.2-alpine',
  size: small.postgres.storage,
  // Each is replaced below.
  resources: { cpu: '250m', memory: '256Mi', cpuLimit: '2', memoryLimit: '1Gi' },
})
  .unwrap()
  .extend({
    enabled: promoted(
      z
        .boolean()
        .default(true)
        .describe(
          'Whether there is one. The server does not use it yet: its tables are there for what upstream plans.',
        ),
    ),
    storage: perCluster(sizedVolume('The volume with the database.')),
    resources: promoted(sizedResources('Resources of PostgreSQL.')),
    exporter: perCluster(exporterSettings('postgres')),
  })
  .prefault({})
  .describe('PostgreSQL.');

export const graph = z
  .strictObject({
    enabled: promoted(
      z.boolean().default(true).describe('Whether there is one. Without it the server has no tools for dependencies.'),
    ),
    ...falkordbSettings({ size: small.graph.storage }),
    storage: perCluster(sizedVolume('The volume with the graph.')),
    resources: promoted(sizedResources('Resources of FalkorDB.')),
    exporter: perCluster(exporterSettings('redis')),
  })
  .prefault({})
  .describe('FalkorDB, the graph of dependencies.');
