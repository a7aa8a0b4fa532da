import type { ClusterFacts } from '../../config/cluster';
import { solverFlows } from '../kit/parts/acme-solver';
import { backupFlows, entranceFlows } from '../kit/parts/entrance-flows';
import { peerAt, peersAt, type Remote, remoteOf } from '../kit/parts/peer';
import { postgresModeFlows } from '../kit/stores/postgres/flows';
import { qdrantClientFlows } from '../kit/stores/qdrant/external';
import { qdrantPorts } from '../kit/stores/qdrant/objects';
import { redisFlows } from '../kit/stores/redis/flows';
import type { Flow, Labels, Peer } from '../system/flow';
import { exporterFlows } from './exporters';
import { type Rae, sessionUse } from './instance';
import { allPods, type Component, names, podsOf, ports, type Use, uses } from './names';
import type { Entry } from './settings/secrets';
import { servedPorts } from './sidecar';

/** Hosts of the providers, by the entries with their keys: without a key nobody is asked. */
const providers: readonly (readonly [Entry, string])[] = [
  ['openaiApiKey', 'api.openai.com'],
  ['anthropicApiKey', 'api.anthropic.com'],
  ['geminiApiKey', 'generativelanguage.googleapis.com'],
  ['grokApiKey', 'api.x.ai'],
  ['deepseekApiKey', 'api.deepseek.com'],
];

/** All traffic that the system has. What is not here is denied. */
export function flows(rae: Rae, cluster: ClusterFacts): Flow[] {
  return [
    { name: 'dns', pods: allPods, direction: 'out', peer: { kind: 'dns' }, port: 53, purpose: 'names' },
    ...stores(rae, cluster),
    ...services(rae),
    ...toModels(rae, cluster),
    ...toCollector(rae, cluster),
    ...entranceFlows(podsOf('api'), servedPorts(rae).requests, rae.settings),
    ...solverFlows(rae.settings.exposure, true, cluster),
    ...backupFlows(podsOf, rae.settings.backup, cluster),
    ...monitoring(rae, cluster),
  ];
}

function stores(rae: Rae, cluster: ClusterFacts): Flow[] {
  const { postgres, qdrant, redis } = rae.stores;
  const flow = (name: string, component: Component, use: Use, purpose: string) => ({
    ...{ name, pods: podsOf(component), clients: uses(use), purpose },
  });
  return [
    ...postgresModeFlows({
      ...flow('postgres', 'postgresql', 'postgres', 'memories, and their backup'),
      ...postgres,
      sessions: uses(sessionUse(rae)),
      store: names.postgres,
      cluster,
    }),
    ...redisFlows(flow('redis', 'redis', 'redis', 'queue, results and cache, and their backup'), redis.client),
    ...qdrantClientFlows(flow('qdrant', 'qdrant', 'qdrant', 'vectors, and their backup'), qdrant.client),
  ];
}

/** What API and workers ask of the other servers, and the dashboard of the API. */
function services(rae: Rae): Flow[] {
  const { dashboard, ml, reranker } = rae.settings;
  const between = (name: Use, component: Component, port: number, purpose: string): Flow[] => [
    out(`${name}-out`, uses(name), { kind: 'pods', labels: podsOf(component) }, port, purpose),
    into(`${name}-in`, podsOf(component), { kind: 'pods', labels: uses(name) }, port, purpose),
  ];
  return [
    ...(ml.enabled ? between('ml', 'ml-service', ports.ml, 'embeddings') : []),
    ...(reranker.enabled ? between('reranker', 'reranker', ports.reranker, 'the order of results') : []),
    ...(dashboard.enabled ? between('api', 'api', servedPorts(rae).requests, 'what the dashboard shows') : []),
  ];
}

/** Language models outside, of those whose keys are given. */
function toModels({ secrets, settings: { ml, models } }: Rae, cluster: ClusterFacts): Flow[] {
  const hosts: Remote[] = providers.flatMap(([entry, host]) => (secrets[entry] ? [{ host, port: 443 }] : []));
  const remotes = [...hosts, ...(models.ollama === undefined ? [] : [remoteOf(models.ollama)])];
  const askers: Component[] = ['api', 'celery-worker', ...(ml.enabled ? (['ml-service'] as const) : [])];
  return askers.flatMap((asker) =>
    peersAt(remotes, cluster).map(({ peer, port, suffix }) =>
      out(`${asker}-to-models${suffix}`, podsOf(asker), peer, port, 'language models and embeddings'),
    ),
  );
}

/** The API alone makes traces. */
function toCollector({ settings: { otlp } }: Rae, cluster: ClusterFacts): Flow[] {
  if (otlp === undefined) return [];
  const { peer, port } = peerAt(remoteOf(otlp.endpoint), cluster);
  return [out('api-to-collector', podsOf('api'), peer, port, 'traces')];
}

function monitoring(rae: Rae, cluster: ClusterFacts): Flow[] {
  if (!cluster.monitoring) return [];
  const from = (name: string, component: Component, port: number, purpose: string) =>
    into(`${name}-from-monitoring`, podsOf(component), { kind: 'monitoring' }, port, purpose);
  return [
    from('api', 'api', servedPorts(rae).health, 'health and metrics'),
    ...(rae.stores.qdrant.settings ? [from('qdrant', 'qdrant', qdrantPorts.requests, 'metrics')] : []),
    ...(rae.settings.reranker.enabled ? [from('reranker', 'reranker', ports.reranker, 'metrics')] : []),
    ...exporterFlows(rae, cluster),
  ];
}

function out(name: string, pods: Labels, peer: Peer, port: number, purpose: string): Flow {
  return { name, pods, direction: 'out', peer, port, purpose };
}

function into(name: string, pods: Labels, peer: Peer, port: number, purpose: string): Flow {
  return { name, pods, direction: 'in', peer, port, purpose };
}
