import type { ClusterFacts } from '../../config/cluster';
import { solverFlows } from '../kit/parts/acme-solver';
import { outsidePeer } from '../kit/parts/exposure';
import { peerAt, peersAt, remoteOf } from '../kit/parts/peer';
import { clientInWords } from '../kit/settings/clients';
import { qdrantFlows, qdrantMetricsFlow } from '../kit/stores/qdrant/flows';
import type { Flow, Peer } from '../system/flow';
import { servedPorts } from './auth-sidecar';
import { allPods, podsOf, ports, serverKinds, uses } from './names';
import type { ContextEngineSettings } from './settings';
import { exposedServices, running, runningServers } from './settings/choices';

/** All traffic that Context Engine has. What is not here is denied. */
export function flows(settings: ContextEngineSettings, cluster: ClusterFacts): Flow[] {
  return [
    ...vectors(),
    ...memory(settings),
    ...decoder(settings),
    ...models(settings, cluster),
    ...outside(settings),
    ...solverFlows(settings.exposure, !settings.namespace.shared, cluster),
    ...clients(settings),
    ...monitoring(settings, cluster),
    ...backup(settings, cluster),
    ...git(settings, cluster),
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
    ...qdrantFlows({ name: 'qdrant', pods: podsOf('qdrant'), clients: uses('qdrant'), purpose }),
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
function models(settings: ContextEngineSettings, cluster: ClusterFacts): Flow[] {
  const { modelHosts } = settings;
  const runs = running(settings).llamacpp;
  // Offline, only llama.cpp's own model is still fetched.
  const all = settings.engine.modelsOffline ? podsOf('llamacpp') : uses('models');
  const common = peersAt(
    modelHosts.map((host) => ({ host, port: 443 })),
    cluster,
  );
  const own = remoteOf(settings.llamacpp.model.url);
  const known = own.port === 443 && modelHosts.includes(own.host);
  const { peer: ownPeer, port: ownPort } = peerAt(own, cluster);
  return [
    ...(settings.engine.modelsOffline && !runs
      ? []
      : common.map(({ peer, port, suffix }) => out(`models${suffix}`, all, peer, port, 'models'))),
    ...(runs && !known ? [out('llamacpp-model', podsOf('llamacpp'), ownPeer, ownPort, 'the model of llama.cpp')] : []),
  ];
}

/** What comes from outside of the cluster, to the services that are exposed. */
function outside(settings: ContextEngineSettings): Flow[] {
  const { exposure } = settings;
  const peer = outsidePeer(exposure);
  if (!peer) return [];
  const bearer = settings.authentication?.mode === 'bearer';
  return exposedServices(settings).flatMap((name) => [
    into(`${name}-from-outside`, podsOf(name), peer, servedPorts(settings, name).requests, 'requests of users'),
    // gRPC is for those who reach Qdrant's own ports; a proxy for HTTP cannot guard it.
    ...(name === 'qdrant' && peer.kind === 'addresses' && !bearer
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
        servedPorts(settings, name).requests,
        `requests of ${clientInWords(namespace)}`,
      ),
    ),
  );
}

function monitoring(settings: ContextEngineSettings, { monitoring: facts }: ClusterFacts): Flow[] {
  if (!facts) return [];
  const peer: Peer = { kind: 'monitoring' };
  const runs = running(settings);
  return [
    qdrantMetricsFlow('qdrant', podsOf('qdrant'), peer),
    ...runningServers(settings).map((name) =>
      into(`${name}-from-monitoring`, podsOf(name), peer, servedPorts(settings, name).health, 'health'),
    ),
    ...(runs.llamacpp
      ? [into('llamacpp-from-monitoring', podsOf('llamacpp'), peer, ports.llamacpp.requests, 'health')]
      : []),
  ];
}

function backup({ backup: { target } }: ContextEngineSettings, cluster: ClusterFacts): Flow[] {
  if (target.kind !== 's3') return [];
  const { peer, port } = peerAt(remoteOf(target.endpoint), cluster);
  return [out('backups-to-storage', uses('backups'), peer, port, 'backups')];
}

/** One for each repository, so that a new one changes no policy of the others. */
function git(settings: ContextEngineSettings, cluster: ClusterFacts): Flow[] {
  return settings.repositories.flatMap((repository) => {
    if (repository.source !== 'git') return [];
    const { name, url } = repository;
    const { peer, port } = peerAt(remoteOf(url), cluster);
    const pods = { ...allPods, repository: name };
    const fetch = out(`${name}-to-remote`, pods, peer, port, `git fetch of ${name}`);
    return [url.startsWith('ssh:') ? { ...fetch, direct: true } : fetch];
  });
}

function out(name: string, pods: Flow['pods'], peer: Peer, port: number, purpose: string): Flow {
  return { name, pods, direction: 'out', peer, port, purpose };
}

function into(name: string, pods: Flow['pods'], peer: Peer, port: number, purpose: string): Flow {
  return { name, pods, direction: 'in', peer, port, purpose };
}
