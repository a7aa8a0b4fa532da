import { z } from 'zod';
import type { SystemModule } from '../system';
import { clusterAddonsConstraints } from './constraints';
import { describeClusterAddons } from './objects';
import { type ClusterAddonsSettings, clusterAddonsSchema } from './settings';

/** All Secrets of issuers are brought: cert-manager reads them where it lives, which may be somebody else's namespace. */
const clusterAddonsSecrets = z.strictObject({}).prefault({}).describe('None: the Secrets of issuers are brought.');

export const clusterAddons = {
  key: 'clusterAddons',
  component: 'ClusterAddons',
  about: 'what the other systems need of their cluster: cert-manager and its issuers',
  settings: clusterAddonsSchema,
  secrets: clusterAddonsSecrets,
  constraints: clusterAddonsConstraints,
  describe: (settings, cluster) => [describeClusterAddons(settings, cluster)],
} as const satisfies SystemModule<ClusterAddonsSettings, z.output<typeof clusterAddonsSecrets>>;
