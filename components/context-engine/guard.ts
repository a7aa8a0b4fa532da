import type { IContainer, IVolume } from 'kubernetes-models/v1';
import { contentHash } from '../kit/objects/content-hash';
import { bearerProxy, proxyPorts } from '../kit/parts/auth-sidecar';
import { revisionAnnotations } from '../kit/parts/secrets';
import type { Described } from '../system/described';
import { metadataIn, ports, serverKinds, system } from './names';
import type { ContextEngineSettings } from './settings';
import { exposedServices, type ServiceName } from './settings/choices';

/** Ports of a pod: for requests from wherever they may come, and for health. */
export interface FrontPorts {
  readonly requests: number;
  readonly health: number;
}

/** Ports of the pods as they are without a proxy. */
function ownPorts(name: ServiceName): FrontPorts {
  if (name === 'qdrant' || name === 'llamacpp') return { requests: ports[name].requests, health: ports[name].requests };
  const { port, health } = serverKinds[name];
  return { requests: port, health };
}

/** What the proxy guards: every MCP server, and what is reachable from outside besides. */
function isGuarded(settings: ContextEngineSettings, name: ServiceName): boolean {
  if (settings.authentication?.mode !== 'bearer') return false;
  return name in serverKinds || exposedServices(settings).includes(name);
}

/** The ports at which the pods of a Service are reached by its clients and by whoever asks for their health. */
export function frontPorts(settings: ContextEngineSettings, name: ServiceName): FrontPorts {
  const own = ownPorts(name);
  if (!isGuarded(settings, name)) return own;
  // Qdrant, llama.cpp and memory's SSE flavour are reached directly by their own neighbours, and so by the kubelet.
  const direct = name === 'qdrant' || name === 'llamacpp' || name === 'mcp-memory';
  return { requests: proxyPorts.guarded, health: direct ? own.health : proxyPorts.health };
}

/** What a proxy adds to a pod; nothing where there is none. */
export interface Guard {
  readonly containers: readonly IContainer[];
  readonly volumes: readonly IVolume[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly images: readonly string[];
  /** Objects that the pod needs. */
  readonly after: readonly string[];
}

const nothing: Guard = { containers: [], volumes: [], annotations: {}, images: [], after: [] };

/** The proxy beside a server. */
export function guardBeside(settings: ContextEngineSettings, name: ServiceName): Guard {
  const { authentication } = settings;
  if (authentication?.mode !== 'bearer' || !isGuarded(settings, name)) return nothing;
  const { container, volume, configMap } = proxy(settings, authentication, name);
  return {
    containers: [container],
    volumes: [volume],
    annotations: {
      ...revisionAnnotations({ bearer: authentication.secret }),
      ...contentHash('bearer-proxy', configMap.object.data),
    },
    images: [authentication.image],
    after: ['bearerProxy', 'bearerToken'],
  };
}

/** The proxy's configuration, the same for every server. */
export function guardObjects(settings: ContextEngineSettings): Record<string, Described> {
  const { authentication } = settings;
  if (authentication?.mode !== 'bearer') return {};
  return { bearerProxy: proxy(settings, authentication, 'mcp-memory').configMap };
}

type Bearer = Extract<NonNullable<ContextEngineSettings['authentication']>, { mode: 'bearer' }>;

function proxy(settings: ContextEngineSettings, { image, secret }: Bearer, name: ServiceName) {
  const { requests, health } = ownPorts(name);
  return bearerProxy({
    metadata: metadataIn(settings)(`${system}-bearer-proxy`),
    image,
    secret,
    upstream: { port: requests, health: { port: health, paths: ['/readyz'] } },
  });
}
