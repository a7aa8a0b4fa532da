import type { ClusterFacts } from '../../config/cluster';
import type { Flow, Peer } from '../kit/parts/network-policies';
import { peerAt } from '../kit/parts/peer';
import { remoteOf } from './fetch';
import { frontPorts } from './guard';
import { allPods, podsOf, ports, serverKinds, uses } from './names';
import type { ContextEngineSettings } from './settings';
import { exposedServices, running, runningServers } from './settings/choices';

/** All traffic that Context Engine has. What is not here is denied. */
export function flows(settings: ContextEngineSettings, cluster: ClusterFacts): Flow[] {
  return [
    ...vectors(),
    ...memory(settings),
    ...decoder(settings),
    ...models(settings),
    ...outside(settings),
    ...clients(settings),
    ...monitoring(settings, cluster),
    ...backup(settings),
    ...git(settings),
  ];
}

/** A connection between two kinds of our own pods: out of the one, into the other. */
function between(
  name: string,
  from: Readonly<Record<string, string>>,
  to: Readonly<Record<string, string>>,
  port: number,
  purpose: string,
): Flow[] {
  return [
    { name: `${name}-out`, pods: from, direction: 'out', peer: { kind: 'pods', labels: to }, port, purpose },
    { name: `${name}-in`, pods: to, direction: 'in', peer: { kind: 'pods', labels: from }, port, purpose },
  ];
}

function vectors(): Flow[] {
  const purpose = 'vectors and snapshots';
  return [
    ...between('qdrant', uses('qdrant'), podsOf('qdrant'), ports.qdrant.requests, purpose),
    { name: 'dns', pods: allPods, direction: 'out', peer: { kind: 'dns' }, port: 53, purpose: 'names' },
  ];
}

function memory(settings: ContextEngineSettings): Flow[] {
  if (!running(settings)['mcp-memory']) return [];
  const { health, port } = serverKinds['mcp-memory'];
  const to = podsOf('mcp-memory');
  return [
    ...between('memory', uses('memory'), to, port, 'memories, asked for by the indexer'),
    ...between('memory-health', uses('memory'), to, health, 'whether memory is ready, asked by the indexer'),
  ];
}

function decoder(settings: ContextEngineSettings): Flow[] {
  if (!running(settings).llamacpp) return [];
  return between('decoder', uses('decoder'), podsOf('llamacpp'), ports.llamacpp.requests, 'answers of the model');
}

/** The embedding model, and that of llama.cpp; nobody fetches any where they are only read from the volume. */
function models(settings: ContextEngineSettings): Flow[] {
  const { hostname, port } = new URL(settings.llamacpp.model.url);
  const runs = running(settings).llamacpp;
  const own = runs && !settings.modelHosts.includes(hostname) ? [hostname] : [];
  const names = [...settings.modelHosts, ...own];
  if (names.length === 0) return [];
  // Offline, only llama.cpp's own model is still fetched.
  const pods = settings.engine.modelsOffline ? podsOf('llamacpp') : uses('models');
  if (settings.engine.modelsOffline && !runs) return [];
  return [out('models', pods, { kind: 'hosts', names }, Number(port || 443), 'models')];
}

/** What comes from outside of the cluster, to the services that are exposed. */
function outside(settings: ContextEngineSettings): Flow[] {
  const { exposure } = settings;
  if (exposure.kind === 'none') return [];
  const ranged = exposure.kind === 'nodePort' || exposure.kind === 'loadBalancer';
  const peer: Peer = ranged
    ? { kind: 'addresses', cidrs: exposure.sourceRanges }
    : { kind: exposure.kind === 'ingress' ? 'ingress-controller' : 'gateway' };
  const bearer = settings.authentication?.mode === 'bearer';
  return exposedServices(settings).flatMap((name) => [
    into(`${name}-from-outside`, podsOf(name), peer, frontPorts(settings, name).requests, 'requests of users'),
    // gRPC is for those who reach Qdrant's own ports; a proxy for HTTP cannot guard it.
    ...(name === 'qdrant' && ranged && !bearer
      ? [into('qdrant-grpc-from-outside', podsOf(name), peer, ports.qdrant.grpc, 'requests of users')]
      : []),
  ]);
}

/** Pods of other namespaces that may call the MCP servers directly. */
function clients(settings: ContextEngineSettings): Flow[] {
  return settings.clients.flatMap(({ labels, namespace }, index) =>
    runningServers(settings).map((name) =>
      into(
        `${name}-from-client-${index + 1}`,
        podsOf(name),
        { kind: 'pods', namespace, labels },
        frontPorts(settings, name).requests,
        `requests of pods in ${namespace}`,
      ),
    ),
  );
}

function monitoring(settings: ContextEngineSettings, { monitoring: facts }: ClusterFacts): Flow[] {
  if (!facts) return [];
  const peer: Peer = { kind: 'pods', namespace: facts.namespace, labels: {} };
  const runs = running(settings);
  return [
    into('qdrant-from-monitoring', podsOf('qdrant'), peer, ports.qdrant.requests, 'metrics'),
    ...runningServers(settings).map((name) =>
      into(`${name}-from-monitoring`, podsOf(name), peer, frontPorts(settings, name).health, 'health'),
    ),
    ...(runs.llamacpp
      ? [into('llamacpp-from-monitoring', podsOf('llamacpp'), peer, ports.llamacpp.requests, 'health')]
      : []),
  ];
}

function backup({ backup: { target } }: ContextEngineSettings): Flow[] {
  if (target.kind !== 's3') return [];
  const { hostname, port } = new URL(target.endpoint);
  return (['backup', 'restore', 'drill'] as const).map((component) =>
    out(`${component}-to-storage`, podsOf(component), peerAt(hostname), Number(port || 443), 'snapshots'),
  );
}

/** One for each repository, so that a new one changes no policy of the others. */
function git(settings: ContextEngineSettings): Flow[] {
  return settings.repositories.flatMap((repository) => {
    if (repository.source !== 'git') return [];
    const { host, port } = remoteOf(repository);
    const { name } = repository;
    return [out(`${name}-to-remote`, { repository: name }, peerAt(host), port, `git fetch of ${name}`)];
  });
}

function out(name: string, pods: Flow['pods'], peer: Peer, port: number, purpose: string): Flow {
  return { name, pods, direction: 'out', peer, port, purpose };
}

function into(name: string, pods: Flow['pods'], peer: Peer, port: number, purpose: string): Flow {
  return { name, pods, direction: 'in', peer, port, purpose };
}
