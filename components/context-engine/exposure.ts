import type { ClusterFacts } from '../../config/cluster';
import { clusterIpService, type ExposedPort } from '../kit/objects/service';
import type { ExposedHost, Exposure } from '../kit/parts/exposure';
import type { Described, Endpoint } from '../system/described';
import { servedPorts } from './auth-sidecar';
import { metadataIn, podsOf, ports, serverKinds, serviceHost, system } from './names';
import type { ContextEngineSettings } from './settings';
import { exposedServices, maxReplicas, type ServerName, type ServiceName } from './settings/choices';
import type { ExposureSettings } from './settings/exposure';

/** The seed's prefix of each Service below the common host name. */
export const prefixes: Readonly<Record<ServiceName, string>> = {
  qdrant: '/qdrant',
  'mcp-memory': '/mcp/memory',
  'mcp-indexer': '/mcp/indexer',
  'mcp-memory-http': '/mcp-http/memory',
  'mcp-indexer-http': '/mcp-http/indexer',
  llamacpp: '/llamacpp',
};

/** The seed's ports of the nodes. Those of health checks are left out: nobody outside asks for them. */
const nodePorts: Readonly<Record<ServiceName, number>> = {
  qdrant: 30_333,
  'mcp-memory': 30_800,
  'mcp-indexer': 30_802,
  'mcp-memory-http': 30_804,
  'mcp-indexer-http': 30_806,
  llamacpp: 30_808,
};
const grpcNodePort = 30_334;

type Hosts = Extract<ExposureSettings, { kind: 'ingress' | 'gateway' }>;

/** How the servers are reached from outside of the cluster. */
export function exposureOf(settings: ContextEngineSettings, cluster: ClusterFacts): Exposure {
  const { exposure } = settings;
  switch (exposure.kind) {
    case 'none':
      return exposure;
    case 'nodePort':
    case 'loadBalancer':
      return {
        kind: exposure.kind,
        sourceRanges: exposure.sourceRanges,
        servers: exposedServices(settings).map((name) => ({
          key: `${name}-external`,
          metadata: metadataIn(settings, podsOf(name))(`${name}-external`),
          selector: podsOf(name),
          namedBy: ['contextEngine', 'exposure'],
          ports: externalPorts(settings, name, exposure.kind === 'nodePort'),
        })),
      };
    case 'ingress':
    case 'gateway':
      return { kind: exposure.kind, hosts: hosts(settings, exposure, cluster) };
  }
}

function externalPorts(settings: ContextEngineSettings, name: ServiceName, onNodes: boolean): ExposedPort[] {
  const targetPort = servedPorts(settings, name).requests;
  const { grpc } = ports.qdrant;
  const bearer = settings.authentication?.mode === 'bearer';
  return [
    { name: 'http', port: portOf(name), targetPort, ...(onNodes ? { nodePort: nodePorts[name] } : {}) },
    // gRPC is not HTTP/1, which is all that the proxy guards.
    ...(name === 'qdrant' && !bearer
      ? [{ name: 'grpc', port: grpc, targetPort: grpc, ...(onNodes ? { nodePort: grpcNodePort } : {}) }]
      : []),
  ];
}

/** Port of the Service inside of the cluster. */
function portOf(name: ServiceName): number {
  return name === 'qdrant' || name === 'llamacpp' ? ports[name].requests : serverKinds[name].port;
}

/** A backend that a route leads to: the Service, or past its own port to the proxy where only that guards it. */
function backendOf(settings: ContextEngineSettings, name: ServiceName) {
  const guarded = servedPorts(settings, name).requests !== portOf(name);
  const direct = name === 'qdrant' || name === 'llamacpp';
  return direct && guarded ? { name: `${name}-guarded`, port: portOf(name) } : { name, port: portOf(name) };
}

/** Services before the proxies of those whose own Service leads past it, for host names to lead to. */
export function guardedServices(settings: ContextEngineSettings): Record<string, Described> {
  if (!hasHosts(settings.exposure)) return {};
  return Object.fromEntries(
    exposedServices(settings).flatMap((name) => {
      const { name: guarded, port } = backendOf(settings, name);
      if (guarded === name) return [];
      const service = clusterIpService({
        metadata: metadataIn(settings, podsOf(name))(guarded),
        selector: podsOf(name),
        ports: [{ name: 'http', port, targetPort: servedPorts(settings, name).requests }],
      });
      return [[guarded, service]];
    }),
  );
}

/** Host names, each with what it leads to: the common one by prefixes, those of the SSE flavours whole. */
function hosts(settings: ContextEngineSettings, exposure: Hosts, cluster: ClusterFacts): ExposedHost[] {
  const exposed = exposedServices(settings);
  const { indexer, memory } = exposure.sseHostnames;
  const alone: Partial<Record<ServiceName, string | undefined>> = { 'mcp-memory': memory, 'mcp-indexer': indexer };
  const together = exposed.filter((name) => alone[name] === undefined);
  const host = (key: string, hostname: string, services: readonly ServiceName[], whole: boolean): ExposedHost => ({
    key,
    metadata: metadataIn(settings)(key),
    hostname,
    namedBy: [
      ...['contextEngine', 'exposure'],
      ...(whole ? ['sseHostnames', key === 'mcp-memory' ? 'memory' : 'indexer'] : ['hostname']),
    ],
    rules: services.map((name) => ({
      ...(whole ? { path: '/' } : { path: prefixes[name], replaceBy: '/' }),
      backend: backendOf(settings, name),
    })),
    ...(exposure.kind === 'ingress'
      ? { tlsSecret: whole ? `${exposure.tlsSecretName}-${key}` : exposure.tlsSecretName }
      : {}),
    scaled: services.some((name) => isScaled(settings, cluster, name)),
    after: services.map((name) => serviceKey(settings, name)),
  });
  return [
    ...(together.length > 0 ? [host(system, exposure.hostname, together, false)] : []),
    ...exposed.flatMap((name) => {
      const hostname = alone[name];
      return hostname ? [host(name, hostname, [name], true)] : [];
    }),
  ];
}

function hasHosts(exposure: ExposureSettings): exposure is Hosts {
  return exposure.kind === 'ingress' || exposure.kind === 'gateway';
}

function isScaled(settings: ContextEngineSettings, cluster: ClusterFacts, name: ServiceName): boolean {
  return (
    name !== 'qdrant' &&
    name !== 'llamacpp' &&
    serverKinds[name].about === 'indexer' &&
    maxReplicas(settings, cluster) > 1
  );
}

/** Key of the Service that a route leads to. */
function serviceKey(settings: ContextEngineSettings, name: ServiceName): string {
  const backend = backendOf(settings, name);
  if (backend.name !== name) return backend.name;
  return name === 'qdrant' ? 'qdrantService' : `${name}-service`;
}

/** Where clients find a server: by the way in from outside where there is one with a name, else inside of the cluster. */
export function endpointOf(settings: ContextEngineSettings, cluster: ClusterFacts, name: ServerName): Endpoint {
  const { path, port } = serverKinds[name];
  const inClusterUrl = `http://${serviceHost(settings, name, cluster.domain)}:${port}${path}`;
  const hostname = hostnameOf(settings, name);
  if (!hostname) return { url: inClusterUrl, inClusterUrl };
  const prefix = serverKinds[name].transport === 'sse' ? '' : prefixes[name];
  return { url: `https://${hostname}${prefix}${path}`, inClusterUrl };
}

/** Host name of a server, where it is reached by one. */
export function hostnameOf(settings: ContextEngineSettings, name: ServerName): string | undefined {
  const { exposure } = settings;
  if (!hasHosts(exposure)) return undefined;
  if (!exposedServices(settings).includes(name)) return undefined;
  const kind = serverKinds[name];
  return kind.transport === 'sse' ? exposure.sseHostnames[kind.about] : exposure.hostname;
}
