import { z } from 'zod';
import { hostname, network, objectName } from '../../../config/fields';

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

const sourceRanges = z
  .array(network)
  .min(1, { error: 'at least one network; one of everybody, such as 0.0.0.0/0, counts as none' })
  .describe('Networks whose addresses may connect; nobody else may.');

/** Under a path of its own the SSE flavour cannot work: it tells clients to post to /messages/ of the host. */
const hosts = {
  hostname: hostname.describe('Host name, below which every Service has a path of its own.'),
  sseHostnames: z
    .strictObject({
      memory: hostname.optional().describe('Host name of mcp-memory. Default: its SSE flavour is not reachable.'),
      indexer: hostname.optional().describe('Host name of mcp-indexer. Default: its SSE flavour is not reachable.'),
    })
    .prefault({})
    .describe('Host names of the SSE flavours, which work only at the root of a host.'),
};

/** How the servers are reached from outside the cluster. */
export const exposure = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.literal('none').describe('From within the cluster only, or by port-forward.') }),
      z.strictObject({
        kind: z.literal('nodePort').describe("Ports of every node: the seed's, 30333 and 30800 to 30810."),
        ...chosen,
        sourceRanges,
      }),
      z.strictObject({
        kind: z.literal('loadBalancer').describe('A load balancer for each Service, see cluster.loadBalancer.'),
        ...chosen,
        sourceRanges,
      }),
      z.strictObject({
        kind: z.literal('ingress').describe('The Ingress controller of the cluster (ingress-nginx), always by TLS.'),
        ...chosen,
        ...hosts,
        tlsSecretName: objectName
          .default('context-engine-tls')
          .describe('Secret with the certificate of every host name; cert-manager makes it where there is an issuer.'),
      }),
      z.strictObject({
        kind: z.literal('gateway').describe('The Gateway of the cluster (Gateway API).'),
        ...chosen,
        ...hosts,
      }),
    ],
    { error: 'a map with kind "none", "nodePort", "loadBalancer", "ingress" or "gateway"' },
  )
  .prefault({ kind: 'none' });

export type ExposureSettings = z.output<typeof exposure>;
