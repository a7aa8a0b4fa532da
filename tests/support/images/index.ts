import { join } from 'node:path';
import { fleetHome } from '../../../operate/base/fleet-home';
import type { Image, PackedImage } from '../../../operate/oci/image';
import { packImage } from '../../../operate/oci/pack';
import { chroma } from './chroma';
import { curl } from './curl';
import { exporter } from './exporter';
import { falkordb } from './falkordb';
import { haproxy } from './haproxy';
import { knowledge } from './knowledge';
import { memoryMcp } from './memory-mcp';
import { neo4j } from './neo4j';
import { postgres } from './postgres';
import { python } from './python';
import { qdrant } from './qdrant';
import { rae } from './rae';
import { redis } from './redis';
import { restic } from './restic';
import { tool } from './tool';

/** A pod's image of the tests' own: BusyBox and curl. */
export const toolImage = 'tests.invalid/tool:1';

/** Stand-ins by the repositories of the images that they stand for. */
const recipes: Readonly<Record<string, (name: string) => Promise<Image>>> = {
  'docker.io/chromadb/chroma': chroma,
  'docker.io/curlimages/curl': curl,
  'docker.io/falkordb/falkordb': falkordb,
  'docker.io/library/haproxy': haproxy,
  'docker.io/library/neo4j': neo4j,
  'docker.io/library/postgres': postgres,
  'docker.io/library/python': python,
  'docker.io/oliver006/redis_exporter': exporter('redis_exporter', '/redis_exporter'),
  'docker.io/library/redis': redis,
  'docker.io/pgvector/pgvector': postgres,
  'docker.io/qdrant/qdrant': qdrant,
  'docker.io/restic/restic': restic,
  'ghcr.io/butterflyskies/memory-mcp': memoryMcp,
  'quay.io/prometheuscommunity/postgres-exporter': exporter('postgres_exporter', '/bin/postgres_exporter'),
  // By the names that stacks have for them.
  'registry.example.org/rae-memory': rae,
  'registry.example.org/pk-mcp': knowledge,
  'registry.home.example.org/pk-mcp': knowledge,
  'tests.invalid/tool': tool,
};

/** Whether an image can be had without a registry. */
export function hasStandIn(name: string): boolean {
  return repositoryOf(name) in recipes;
}

/**
 * An image made of what package registries and this machine have, under the name that a pod asks for. Its archive is kept.
 *
 * @param name with its tag
 * @throws Missing where this machine cannot make it
 */
export async function standIn(name: string): Promise<PackedImage> {
  const recipe = recipes[repositoryOf(name)];
  if (!recipe) throw new Error(`nothing stands in for ${name}`);
  return packed(await recipe(name));
}

/** Packs an image into the folder where they are kept. */
export function packed(image: Image): Promise<PackedImage> {
  return packImage(image, join(fleetHome().tools, 'images'));
}

/** The name of an image without its tag. */
export function repositoryOf(name: string): string {
  return name.replace(/:[^/]*$/, '');
}
