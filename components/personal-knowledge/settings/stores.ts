import { z } from 'zod';
import { perCluster, promoted } from '../../../config/promotion';
import { exporterSettings } from '../../kit/settings/exporter';
import { sizedResources, sizedVolume } from '../../kit/settings/sized';
import { chromaSettings } from '../../kit/stores/chroma/settings';
import { falkordbSettings } from '../../kit/stores/falkordb/settings';
import { neo4jSettings } from '../../kit/stores/neo4j/settings';
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

const ofGraph = {
  storage: perCluster(sizedVolume('The volume with the graph.')),
  resources: sizedResources('Resources of the graph. The memory limit of a Neo4j is at least 1Gi.'),
};

const falkordb = z.strictObject({
  kind: z.literal('falkordb').describe('FalkorDB: with it the server has its tools for dependencies.'),
  ...falkordbSettings({ size: small.graph.storage }),
  ...ofGraph,
  exporter: perCluster(exporterSettings('redis')),
});

const neo4j = z.strictObject({
  kind: z
    .literal('neo4j')
    .describe(
      'Neo4j, Community Edition, for the command line alone: the server does not speak to it, and has no tools for dependencies.',
    ),
  ...neo4jSettings({ size: small.graph.storage }),
  ...ofGraph,
});

const noGraph = z.strictObject({
  kind: z.literal('none').describe('No graph: the server has no tools for dependencies.'),
});

const kinds = 'a map with kind "falkordb", "neo4j" or "none"';

export const graph = promoted(
  z
    .discriminatedUnion('kind', [falkordb, neo4j, noGraph], {
      // A key of that name looks like the one that is asked for.
      error: ({ input }) =>
        typeof input === 'object' && input !== null && 'enabled' in input
          ? `${kinds} in the place of "enabled": for true it is "falkordb", for false "none"`
          : kinds,
    })
    .prefault({ kind: 'falkordb' })
    .describe('The graph of dependencies.'),
);
