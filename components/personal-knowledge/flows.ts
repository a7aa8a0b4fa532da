import type { ClusterFacts } from '../../config/cluster';
import { solverFlows } from '../kit/parts/acme-solver';
import { backupFlows, entranceFlows } from '../kit/parts/entrance-flows';
import { peersAt, type Remote, remoteOf } from '../kit/parts/peer';
import { chromaFlows } from '../kit/stores/chroma/flows';
import { falkordbFlows } from '../kit/stores/falkordb/flows';
import { neo4jApiFlows, neo4jFlows } from '../kit/stores/neo4j/flows';
import { neo4jPorts } from '../kit/stores/neo4j/objects';
import { postgresFlows } from '../kit/stores/postgres/flows';
import type { Flow, Labels, Peer } from '../system/flow';
import { exporterFlows } from './exporters';
import type { Instance } from './instance';
import { allPods, type Component, podsOf, type Use, uses } from './names';
import { servedPorts } from './sidecar';
import { snapshotFlows } from './snapshots';

const server = podsOf('mcp-service');

/** All traffic that an instance has. What is not here is denied, and nothing here leads to another instance. */
export function flows(instance: Instance, cluster: ClusterFacts): Flow[] {
  return [
    { name: 'dns', pods: allPods, direction: 'out', peer: { kind: 'dns' }, port: 53, purpose: 'names' },
    ...stores(instance),
    ...toOutside(instance, cluster),
    ...entranceFlows(server, servedPorts(instance).requests, instance.settings),
    ...solverFlows(instance.settings.exposure, true, cluster),
    ...backupFlows(podsOf, instance.settings.backup, cluster),
    ...snapshotFlows(instance, cluster),
    ...monitoring(instance, cluster),
    ...exporterFlows(instance, cluster),
  ];
}

function stores({ settings: { graph, postgres } }: Instance): Flow[] {
  const flow = (name: string, component: Component, use: Use, purpose: string) => ({
    ...{ name, pods: podsOf(component), clients: uses(use), purpose },
  });
  return [
    ...chromaFlows(flow('chroma', 'chromadb', 'chroma', 'vectors, and their backup')),
    ...(graph.kind === 'falkordb'
      ? falkordbFlows(flow('graph', 'falkordb', 'graph', 'the graph, and its backup'))
      : []),
    ...(graph.kind === 'neo4j'
      ? [
          ...neo4jFlows(flow('graph', 'neo4j', 'graph', 'the graph, for the command line')),
          ...neo4jApiFlows(flow('graph-api', 'neo4j', 'graph-api', 'backup of the graph')),
        ]
      : []),
    // The server has no use for PostgreSQL: only backups have.
    ...(postgres.enabled ? postgresFlows(flow('postgres', 'postgres', 'postgres', 'backup of the database')) : []),
  ];
}

/** What the server reaches outside: who embeds, and where repositories are. */
function toOutside({ settings: { embedding, server: own } }: Instance, cluster: ClusterFacts): Flow[] {
  const atHttps = (hosts: readonly string[]): Remote[] => hosts.map((host) => ({ host, port: 443 }));
  const each = (name: string, remotes: readonly Remote[], purpose: string): Flow[] =>
    peersAt(remotes, cluster).map(({ peer, port, suffix }) => out(`${name}${suffix}`, server, peer, port, purpose));
  const url =
    embedding.provider === 'openai'
      ? (embedding.baseUrl ?? 'https://api.openai.com')
      : embedding.provider === 'ollama'
        ? embedding.url
        : undefined;
  return [
    ...(url === undefined ? [] : each('to-embedding', [remoteOf(url)], 'embeddings')),
    ...(embedding.provider === 'local' && !embedding.filled
      ? each('to-models', atHttps(embedding.modelHosts), 'the model, at its first use')
      : []),
    ...each('to-git', atHttps(own.gitHosts), 'repositories'),
  ];
}

function monitoring(instance: Instance, cluster: ClusterFacts): Flow[] {
  if (!cluster.monitoring) return [];
  const { health } = servedPorts(instance);
  const asked = 'health, asked by the blackbox exporter';
  const from = { kind: 'monitoring' } as const;
  return [
    into('from-monitoring', server, from, health, asked),
    ...(instance.settings.graph.kind === 'neo4j'
      ? [into('graph-from-monitoring', podsOf('neo4j'), from, neo4jPorts.http, asked)]
      : []),
  ];
}

function out(name: string, pods: Labels, peer: Peer, port: number, purpose: string): Flow {
  return { name, pods, direction: 'out', peer, port, purpose };
}

function into(name: string, pods: Labels, peer: Peer, port: number, purpose: string): Flow {
  return { name, pods, direction: 'in', peer, port, purpose };
}
