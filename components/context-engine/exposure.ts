import type { ClusterFacts } from '../../config/cluster';
import { type ExposedPort, loadBalancerService, nodePortService } from '../kit/objects/exposed-service';
import { apiKeyPolicy, clientAffinity, httpRoute, type RouteRule } from '../kit/objects/http-route';
import { ingress } from '../kit/objects/ingress';
import type { Described, Endpoint } from '../system/described';
import { frontPorts } from './guard';
import { metadataIn, podsOf, ports, serverKinds, serviceHost, system } from './names';
import type { ContextEngineSettings } from './settings';
import { exposedServices, maxReplicas, runningServers, type ServerName, type ServiceName } from './settings/choices';
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

/** What lets users in from outside of the cluster; nothing where nobody comes from there. */
export function exposureObjects(settings: ContextEngineSettings, cluster: ClusterFacts): Record<string, Described> {
  const { exposure } = settings;
  const objects = (() => {
    switch (exposure.kind) {
      case 'none':
        return {};
      case 'nodePort':
      case 'loadBalancer':
        return externalServices(settings, exposure, cluster);
      case 'ingress':
        return ingresses(settings, exposure, cluster);
      case 'gateway':
        return routes(settings, exposure, cluster);
    }
  })();
  const { authentication } = settings;
  if (authentication?.mode !== 'none') return objects;
  const waivers = [{ rule: 'guarded-routes', reason: authentication.reason }];
  return Object.fromEntries(
    Object.entries(objects).map(([key, described]) => [
      key,
      opens(described) ? { ...described, waivers: [...(described.waivers ?? []), ...waivers] } : described,
    ]),
  );
}

/** Whether an object is a way in itself, not something about one. */
function opens({ object }: Described): boolean {
  return ['HTTPRoute', 'Ingress', 'Service'].includes(object.kind);
}

function externalServices(
  settings: ContextEngineSettings,
  exposure: Extract<ExposureSettings, { kind: 'nodePort' | 'loadBalancer' }>,
  cluster: ClusterFacts,
): Record<string, Described<'Service'>> {
  return Object.fromEntries(
    exposedServices(settings).map((name) => {
      const onNodes = exposure.kind === 'nodePort';
      const args = {
        metadata: metadataIn(settings, podsOf(name))(`${name}-external`),
        selector: podsOf(name),
        ports: externalPorts(settings, name, onNodes),
      };
      const service = onNodes ? nodePortService(args) : loadBalancerService(args, exposure.sourceRanges, cluster);
      return [`${name}-external`, service];
    }),
  );
}

function externalPorts(settings: ContextEngineSettings, name: ServiceName, onNodes: boolean): ExposedPort[] {
  const targetPort = frontPorts(settings, name).requests;
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
  const guarded = frontPorts(settings, name).requests !== portOf(name);
  const direct = name === 'qdrant' || name === 'llamacpp';
  return direct && guarded ? { name: `${name}-guarded`, port: portOf(name) } : { name, port: portOf(name) };
}

/** Services before the proxies of those whose own Service leads past it. */
function guardedServices(settings: ContextEngineSettings): Record<string, Described<'Service'>> {
  return Object.fromEntries(
    exposedServices(settings).flatMap((name) => {
      const backend = backendOf(settings, name);
      if (backend.name === name) return [];
      const service: Described<'Service'> = {
        object: {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: metadataIn(settings, podsOf(name))(backend.name),
          spec: {
            type: 'ClusterIP',
            selector: podsOf(name),
            ports: [
              { name: 'http', port: backend.port, targetPort: frontPorts(settings, name).requests, protocol: 'TCP' },
            ],
          },
        },
      };
      return [[backend.name, service]];
    }),
  );
}

/** Host names, each with what it leads to: the common one by prefixes, those of the SSE flavours whole. */
function hosts(settings: ContextEngineSettings, exposure: Hosts) {
  const exposed = exposedServices(settings);
  const { indexer, memory } = exposure.sseHostnames;
  const alone: Partial<Record<ServiceName, string | undefined>> = { 'mcp-memory': memory, 'mcp-indexer': indexer };
  const together = exposed.filter((name) => alone[name] === undefined);
  return [
    ...(together.length > 0 ? [{ key: system, hostname: exposure.hostname, services: together, whole: false }] : []),
    ...exposed.flatMap((name) => {
      const hostname = alone[name];
      return hostname ? [{ key: name, hostname, services: [name], whole: true }] : [];
    }),
  ];
}

function ingresses(
  settings: ContextEngineSettings,
  exposure: Extract<Hosts, { kind: 'ingress' }>,
  cluster: ClusterFacts,
): Record<string, Described> {
  const facts = cluster.ingress;
  if (!facts) return {};
  return {
    ...guardedServices(settings),
    ...Object.fromEntries(
      hosts(settings, exposure).map(({ hostname, key, services, whole }) => [
        `ingress-${key}`,
        {
          ...ingress({
            metadata: metadataIn(settings)(key),
            ingress: facts,
            hostname,
            paths: services.map((name) => {
              const backend = backendOf(settings, name);
              return { prefix: whole ? '/' : prefixes[name], service: backend.name, port: backend.port };
            }),
            tlsSecret: whole ? `${exposure.tlsSecretName}-${key}` : exposure.tlsSecretName,
            bodySize: '100m',
          }),
          after: services.map((name) => serviceKey(settings, name)),
        },
      ]),
    ),
  };
}

function routes(
  settings: ContextEngineSettings,
  exposure: Extract<Hosts, { kind: 'gateway' }>,
  cluster: ClusterFacts,
): Record<string, Described> {
  const { gateway } = cluster;
  const { authentication } = settings;
  if (!gateway) return {};
  return {
    ...guardedServices(settings),
    ...Object.fromEntries(
      hosts(settings, exposure).flatMap(({ hostname, key, services, whole }) => {
        const metadata = metadataIn(settings)(key);
        const rules = services.map((name): RouteRule => {
          const backend = backendOf(settings, name);
          return whole ? { path: '/', backend } : { path: prefixes[name], replaceBy: '/', backend };
        });
        const scales = services.some((name) => isScaled(settings, cluster, name));
        const after = [`route-${key}`];
        return [
          [
            `route-${key}`,
            {
              ...httpRoute({ metadata, gateway, hostname, rules }),
              after: services.map((name) => serviceKey(settings, name)),
            },
          ],
          ...(authentication?.mode === 'gateway'
            ? [[`apiKeys-${key}`, { ...apiKeyPolicy(metadata, authentication), after }]]
            : []),
          ...(scales && gateway.implementation === 'envoy-gateway'
            ? [[`affinity-${key}`, { ...clientAffinity(metadata), after }]]
            : []),
        ];
      }),
    ),
  };
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
  if (exposure.kind !== 'ingress' && exposure.kind !== 'gateway') return undefined;
  if (!exposedServices(settings).includes(name)) return undefined;
  const kind = serverKinds[name];
  return kind.transport === 'sse' ? exposure.sseHostnames[kind.about] : exposure.hostname;
}

/** The main server: the first that runs. */
export function mainServer(settings: ContextEngineSettings): ServerName {
  const [first] = runningServers(settings);
  if (!first) throw new Error('a Context Engine without any server has been refused before');
  return first;
}
