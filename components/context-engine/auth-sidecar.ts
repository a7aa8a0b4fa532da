import type { ClusterFacts } from '../../config/cluster';
import { bearerSource } from '../kit/parts/access';
import type { ServerPorts } from '../kit/parts/app-server';
import { type AuthSidecar, authSidecar, noSidecar, proxyPorts } from '../kit/parts/auth-sidecar';
import { madeSecret } from '../kit/parts/secrets';
import type { Described } from '../system/described';
import { metadataIn, ports, serverKinds, system } from './names';
import type { ContextEngineSettings } from './settings';
import { exposedServices, type ServiceName } from './settings/choices';

/** Ports of the pods as they are without a proxy. */
export function ownPorts(name: ServiceName): ServerPorts {
  if (name === 'qdrant' || name === 'llamacpp') return { requests: ports[name].requests, health: ports[name].requests };
  const { port, health } = serverKinds[name];
  return { requests: port, health };
}

/** What the proxy guards: every MCP server, and what is reachable from outside besides. */
function hasSidecar(settings: ContextEngineSettings, name: ServiceName): boolean {
  if (settings.authentication?.mode !== 'bearer') return false;
  return name in serverKinds || exposedServices(settings).includes(name);
}

/** The ports at which the pods of a Service are reached by its clients and by whoever asks for their health. */
export function servedPorts(settings: ContextEngineSettings, name: ServiceName): ServerPorts {
  const own = ownPorts(name);
  if (!hasSidecar(settings, name)) return own;
  // Qdrant, llama.cpp and memory's SSE flavour are reached directly by their own neighbours, and so by the kubelet.
  const direct = name === 'qdrant' || name === 'llamacpp' || name === 'mcp-memory';
  return { requests: proxyPorts.guarded, health: direct ? own.health : proxyPorts.health };
}

/** The auth sidecar of a server, where it has one. */
export function sidecarOf(settings: ContextEngineSettings, cluster: ClusterFacts, name: ServiceName): AuthSidecar {
  return hasSidecar(settings, name) ? proxy(settings, cluster, name) : noSidecar;
}

/** Keys of the objects that the sidecar of a server needs. */
export function sidecarDependencies(settings: ContextEngineSettings, name: ServiceName): string[] {
  if (!hasSidecar(settings, name)) return [];
  return ['bearerProxy', ...madeSecret('bearerToken', bearerSource(settings.authentication))];
}

/** The proxy's configuration, the same for every server. */
export function sidecarObjects(settings: ContextEngineSettings, cluster: ClusterFacts): Record<string, Described> {
  const { configMap } = proxy(settings, cluster, 'mcp-memory');
  return configMap ? { bearerProxy: configMap } : {};
}

function proxy(settings: ContextEngineSettings, cluster: ClusterFacts, name: ServiceName): AuthSidecar {
  const { requests, health } = ownPorts(name);
  return authSidecar(settings.authentication, metadataIn(settings)(`${system}-bearer-proxy`), cluster, {
    port: requests,
    health: { port: health, paths: ['/readyz'] },
    isBehindEntrance: settings.exposure.kind === 'ingress' || settings.exposure.kind === 'gateway',
  });
}
