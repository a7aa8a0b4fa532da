import type { ClusterFacts } from '../../config/cluster';
import { clusterIpService, type ExposedPort } from '../kit/objects/service';
import { type ExposedHost, type Exposure, entranceUrl } from '../kit/parts/exposure';
import type { Described, Endpoint } from '../system/described';
import { servedPorts } from './auth-sidecar';
import { metadataIn, podsOf, ports, serverKinds, serviceHost, system } from './names';
import type { ContextEngineSettings } from './settings';
import { exposedServices, maxReplicas, type ServerName, type ServiceName } from './settings/choices';
import { type ExposureByHost, hasHosts, type NodePorts, type SseServer, sseTlsSecret } from './settings/exposure';

/** The seed's prefix of each Service below the common host name. */
export const prefixes: Readonly<Record<ServiceName, string>> = {
  qdrant: '/qdrant',
  'mcp-memory': '/mcp/memory',
  'mcp-indexer': '/mcp/indexer',
  'mcp-memory-http': '/mcp-http/memory',
  'mcp-indexer-http': '/mcp-http/indexer',
  llamacpp: '/llamacpp',
};

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
          namedBy: ['contextEngine', 'exposure', ...(exposure.kind === 'nodePort' ? ['ports', name] : [])],
          ports: externalPorts(settings, name, exposure.kind === 'nodePort' ? exposure.ports : undefined),
        })),
      };
    case 'ingress':
    case 'gateway':
      return {
        kind: exposure.kind,
        hosts: hosts(settings, exposure, cluster),
        ...(exposure.tls ? { tls: exposure.tls } : {}),
      };
  }
}

/** @param nodePorts those of the nodes, where they are opened there */
function externalPorts(settings: ContextEngineSettings, name: ServiceName, nodePorts?: NodePorts): ExposedPort[] {
  const targetPort = servedPorts(settings, name).requests;
  const { grpc } = ports.qdrant;
  const bearer = settings.authentication?.mode === 'bearer';
  return [
    { name: 'http', port: portOf(name), targetPort, ...(nodePorts ? { nodePort: nodePorts[name] } : {}) },
    // gRPC is not HTTP/1, which is all that the proxy guards.
    ...(name === 'qdrant' && !bearer
      ? [{ name: 'grpc', port: grpc, targetPort: grpc, ...(nodePorts ? { nodePort: nodePorts['qdrant-grpc'] } : {}) }]
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
function hosts(settings: ContextEngineSettings, exposure: ExposureByHost, cluster: ClusterFacts): ExposedHost[] {
  const exposed = exposedServices(settings);
  const { indexer, memory } = exposure.sseHostnames;
  const alone: Partial<Record<ServiceName, string | undefined>> = { 'mcp-memory': memory, 'mcp-indexer': indexer };
  const together = exposed.filter((name) => alone[name] === undefined);
  const host = (key: string, hostname: string, services: readonly ServiceName[], sse?: SseServer): ExposedHost => ({
    key,
    metadata: metadataIn(settings)(key),
    hostname,
    namedBy: ['contextEngine', 'exposure', ...(sse ? ['sseHostnames', sse] : ['hostname'])],
    rules: services.map((name) => ({
      ...(sse ? { path: '/' } : { path: prefixes[name], replaceBy: '/' }),
      backend: backendOf(settings, name),
    })),
    tlsSecret: sse ? sseTlsSecret(exposure, sse) : exposure.tlsSecretName,
    scaled: services.some((name) => isScaled(settings, cluster, name)),
    after: services.map((name) => serviceKey(settings, name)),
  });
  return [
    ...(together.length > 0 ? [host(system, exposure.hostname, together)] : []),
    ...exposed.flatMap((name) => {
      const hostname = alone[name];
      return hostname ? [host(name, hostname, [name], name === 'mcp-memory' ? 'memory' : 'indexer')] : [];
    }),
  ];
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
  const { exposure } = settings;
  if (!hostname || !hasHosts(exposure)) return { url: inClusterUrl, inClusterUrl };
  const prefix = serverKinds[name].transport === 'sse' ? '' : prefixes[name];
  const entrance = entranceUrl(exposure.kind, hostname, cluster);
  return { url: `${entrance}${prefix}${path}`, inClusterUrl };
}

/** Host name of a server, where it is reached by one. */
export function hostnameOf(settings: ContextEngineSettings, name: ServerName): string | undefined {
  const { exposure } = settings;
  if (!hasHosts(exposure)) return undefined;
  if (!exposedServices(settings).includes(name)) return undefined;
  const kind = serverKinds[name];
  return kind.transport === 'sse' ? exposure.sseHostnames[kind.about] : exposure.hostname;
}
