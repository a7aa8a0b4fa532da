import { z } from 'zod';
import { integer, objectName, publicHostname } from '../../../config/fields';
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

const nodePort = (port: number, about: string) => integer(1, 65_535).default(port).describe(`Port of ${about}.`);

/** The seed's ports. Those of health checks are left out: nobody outside asks for them. */
const ports = z
  .strictObject({
    qdrant: nodePort(30_333, "Qdrant's HTTP API"),
    'qdrant-grpc': nodePort(30_334, "Qdrant's gRPC API"),
    'mcp-memory': nodePort(30_800, 'mcp-memory, by SSE'),
    'mcp-indexer': nodePort(30_802, 'mcp-indexer, by SSE'),
    'mcp-memory-http': nodePort(30_804, 'mcp-memory-http'),
    'mcp-indexer-http': nodePort(30_806, 'mcp-indexer-http'),
    llamacpp: nodePort(30_808, 'llama.cpp'),
  })
  .prefault({})
  .describe('Ports of the nodes by what is reached there, of those that the cluster sets aside (cluster.nodePorts).');

export type NodePorts = z.output<typeof ports>;

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

const sseTlsSecretNames = z
  .strictObject({
    memory: objectName.optional().describe('Secret of mcp-memory. Default: the common name and "-mcp-memory".'),
    indexer: objectName.optional().describe('Secret of mcp-indexer. Default: the common name and "-mcp-indexer".'),
  })
  .prefault({})
  .describe(
    'Secrets with the certificates of sseHostnames. Where they exist already, all may be one, whose certificate has every host name; cert-manager makes one for each.',
  );

/** The Secret with the certificate of the host name of an SSE flavour. */
export function sseTlsSecret({ sseTlsSecretNames: names, tlsSecretName }: ExposureByHost, server: SseServer): string {
  return names[server] ?? `${tlsSecretName}-mcp-${server}`;
}

/** The servers whose SSE flavours may have host names of their own. */
export const sseServers = ['memory', 'indexer'] as const;

export type SseServer = (typeof sseServers)[number];

/** How the servers are reached from outside the cluster. */
export const exposure = z
  .discriminatedUnion(
    'kind',
    [
      noExposure,
      nodePortExposure('Ports of every node.', { ...chosen, ports }),
      loadBalancerExposure('A load balancer for each Service, see cluster.loadBalancer.', chosen),
      ingressExposure({ ...chosen, ...hosts, sseTlsSecretNames }, 'context-engine-tls'),
      gatewayExposure({ ...chosen, ...hosts, sseTlsSecretNames }, 'context-engine-tls'),
    ],
    { error: 'a map with kind "none", "nodePort", "loadBalancer", "ingress" or "gateway"' },
  )
  .prefault({ kind: 'none' });

export type ExposureSettings = z.output<typeof exposure>;

export type ExposureByHost = Extract<ExposureSettings, { kind: 'ingress' | 'gateway' }>;

/** Whether the servers are reached by host names. */
export function hasHosts(settings: ExposureSettings): settings is ExposureByHost {
  return settings.kind === 'ingress' || settings.kind === 'gateway';
}
