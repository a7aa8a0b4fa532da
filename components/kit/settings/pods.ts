import { z } from 'zod';
import type { ClusterFacts } from '../../../config/cluster';
import { type PodsSettings, podsSchema } from '../../../config/cluster/pods';
import type { Constraint } from '../../../config/constraint';
import { objectName, reason } from '../../../config/fields';
import { perCluster, promoted } from '../../../config/promotion';

export { nodeSelector, tolerations } from '../../../config/cluster/pods';

/** Secrets by which images are pulled from a registry that asks for a login. */
export const imagePullSecrets = z
  .array(objectName)
  .default([])
  .describe(
    'Secrets of the namespace that let its pods pull images from private registries; those of `pods` come on top.',
  );

/** Why the rule for digests does not hold. */
export const imageUnpinnedReason = reason
  .optional()
  .describe('Why images carry no digest on a production stack; shown at every preview.');

/** Architectures that an image is made for, which comes with no list where it is made for all. */
export const architectures = z
  .array(
    z.enum(['amd64', 'arm64', 'ppc64le', 'riscv64', 's390x'], { error: 'an architecture such as "amd64" or "arm64"' }),
  )
  .min(1, { error: 'at least one architecture' });

/** Architectures of an image that is built by hand: those of the machine that has built it. */
export const builtArchitectures = architectures
  .optional()
  .describe(
    'Architectures that the image is made for, such as that of the machine that has built it; its pods go to no other node. Default: every node can run it.',
  );

/** How nodes come by an image that is built by hand, and which of them can run it. */
export const builtImageKeys = {
  imageArchitectures: promoted(builtArchitectures),
  imagePullPolicy: perCluster(
    z
      .enum(['Always', 'IfNotPresent', 'Never'], { error: '"Always", "IfNotPresent" or "Never"' })
      .optional()
      .describe('When the image is pulled. Default: where the node does not have it.'),
  ),
  imagePullSecrets: perCluster(imagePullSecrets),
};

/** A system's own block `pods`, below the key of that name, where components/describe.ts finds it. */
export const pods = podsSchema
  .optional()
  .describe("What this system's pods need otherwise than cluster.pods says: maps are merged, all else is replaced.");

/** Facts of a cluster as one system meets them: its own block `pods` over that of the cluster. */
export function withOwnPods<C extends ClusterFacts>(cluster: C, settings: unknown): C {
  const own = (settings as { readonly pods?: PodsSettings } | undefined)?.pods;
  return own === undefined ? cluster : { ...cluster, pods: merged(cluster.pods, own) };
}

/** Maps key by key; everything else, lists among it, takes the other's place. */
function merged<T extends object>(below: T, above: T): T {
  const changes = Object.entries(above).map(([key, value]) => {
    const before = below[key as keyof T];
    return [key, isMap(before) && isMap(value) ? merged(before, value) : value];
  });
  return { ...below, ...Object.fromEntries(changes) };
}

/** What must hold of the blocks together, as a system meets them. @param key of the system */
export function podsConstraints(key: string, { pods: { proxy } }: ClusterFacts, settings: unknown): Constraint[] {
  const isOwn = (settings as { readonly pods?: PodsSettings }).pods?.proxy !== undefined;
  return [
    {
      path: isOwn ? [key, 'pods', 'proxy'] : ['cluster', 'pods', 'proxy'],
      expected: 'httpProxy or httpsProxy in it, or in cluster.pods.proxy: without a proxy nothing reads the rest',
      satisfied: proxy === undefined || proxy.httpProxy !== undefined || proxy.httpsProxy !== undefined,
    },
  ];
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
