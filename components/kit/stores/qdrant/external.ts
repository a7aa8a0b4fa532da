import { z } from 'zod';
import { image, integer, webOrigin } from '../../../../config/fields';
import { promoted } from '../../../../config/promotion';
import type { Flow } from '../../../system/flow';
import { type HostFacts, peerAt, type RemotePeer, remoteOf } from '../../parts/peer';
import type { StoreFlowsArgs } from '../flows';
import type { StoreSecret } from '../single';
import { qdrantFlows } from './flows';
import { qdrantPorts } from './objects';

/** Keys of a Qdrant that somebody else runs, such as one of several nodes. Its API key is among the secrets of the system. */
export const externalQdrant = z.strictObject({
  mode: z.literal('external').describe('A Qdrant that somebody else runs.'),
  url: webOrigin.describe(
    'URL of its REST API. A Service of the cluster is named with .svc and has the port of its pods, which network policies go by.',
  ),
  replicationFactor: integer(1, 10)
    .default(1)
    .describe(
      'Nodes that have each vector of a collection that is made here; more than one outlives the loss of a node.',
    ),
  image: promoted(
    image
      .default('docker.io/qdrant/qdrant:v1.15.4-unprivileged')
      .describe('Image of Qdrant for drills, of the minor version of the server; a tag that ends in -unprivileged.'),
  ),
});

export type ExternalQdrant = z.output<typeof externalQdrant>;

/** How pods use a Qdrant, whoever runs it. */
export interface QdrantClient {
  readonly mode: 'embedded' | 'external';
  readonly url: string;
  /** Absent where it asks for no key. */
  readonly apiKey: StoreSecret | undefined;
  /** What a collection asks for when it is made. */
  readonly replicationFactor: number;
  /** Whom network policies must let them reach. Undefined where it is the pod of this store. */
  readonly remote: RemotePeer | undefined;
}

/** @param service name of the Service of an embedded one, and the settings of one elsewhere */
export function qdrantClient(
  where: { readonly service: string } | ExternalQdrant,
  apiKey: StoreSecret | undefined,
  cluster: HostFacts,
): QdrantClient {
  if ('service' in where) {
    const url = `http://${where.service}:${qdrantPorts.requests}`;
    return { mode: 'embedded', url, apiKey, replicationFactor: 1, remote: undefined };
  }
  const { replicationFactor, url } = where;
  return {
    ...{ mode: 'external', url, apiKey, replicationFactor },
    remote: peerAt(remoteOf(url), cluster),
  };
}

/** Requests of those who use Qdrant: to its own pod, or to one that somebody else runs. */
export function qdrantClientFlows(args: StoreFlowsArgs, { remote }: Pick<QdrantClient, 'remote'>): Flow[] {
  if (!remote) return qdrantFlows(args);
  const { clients, name, purpose } = args;
  return [{ name: `${name}-out`, pods: clients, direction: 'out', ...remote, purpose }];
}
