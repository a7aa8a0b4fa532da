import { z } from 'zod';
import { publicHostname } from '../../../config/fields';
import {
  gatewayExposure,
  ingressExposure,
  loadBalancerExposure,
  nodePortExposure,
  noExposure,
} from '../../kit/settings/exposure';

/** What can be reached from outside, by the names of the Services. */
export const services = [
  'mcp-memory',
  'mcp-indexer',
  'mcp-memory-http',
  'mcp-indexer-http',
  'qdrant',
  'llamacpp',
] as const;

const chosen = {
  services: z
    .array(z.enum(services, { error: services.map((name) => `"${name}"`).join(', ') }))
    .min(1, { error: 'at least one Service' })
    .optional()
    .describe('Services that are reachable. Default: the MCP servers that run; qdrant and llamacpp only where named.'),
};

/** Under a path of its own the SSE flavour cannot work: it tells clients to post to /messages/ of the host. */
const hosts = {
  hostname: publicHostname.describe('Host name, below which every Service has a path of its own.'),
  sseHostnames: z
    .strictObject({
      memory: publicHostname.optional().describe('Host name of mcp-memory. Default: its SSE flavour is not reachable.'),
      indexer: publicHostname
        .optional()
        .describe('Host name of mcp-indexer. Default: its SSE flavour is not reachable.'),
    })
    .prefault({})
    .describe('Host names of the SSE flavours, which work only at the root of a host.'),
};

/** How the servers are reached from outside the cluster. */
export const exposure = z
  .discriminatedUnion(
    'kind',
    [
      noExposure,
      nodePortExposure("Ports of every node: the seed's, 30333 and 30800 to 30810.", chosen),
      loadBalancerExposure('A load balancer for each Service, see cluster.loadBalancer.', chosen),
      ingressExposure({ ...chosen, ...hosts }, 'context-engine-tls'),
      gatewayExposure({ ...chosen, ...hosts }),
    ],
    { error: 'a map with kind "none", "nodePort", "loadBalancer", "ingress" or "gateway"' },
  )
  .prefault({ kind: 'none' });

export type ExposureSettings = z.output<typeof exposure>;
