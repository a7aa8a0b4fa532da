import type { ClusterFacts } from '../../../config/cluster';
import { type Demand, noSecretStore, secretKeyDemands } from '../../../config/constraint';
import { exposedServices, keepsSessions, maxReplicas, running, runningServers, sharedClass } from './choices';
import type { ContextEngineSettings } from './index';

/** Encrypted keys that Context Engine may read. */
export const contextEngineSecretKeys = ['contextEngineBearer', 'contextEngineQdrantKey'] as const;

type Secrets = Readonly<Partial<Record<(typeof contextEngineSecretKeys)[number], unknown>>>;

const at = (...path: (string | number)[]): PropertyKey[] => ['contextEngine', ...path];

/** What must hold between the keys of Context Engine and the rest of a stack file. */
export function contextEngineDemands(
  settings: ContextEngineSettings,
  cluster: ClusterFacts,
  secrets: Secrets,
): Demand[] {
  return [
    ...partDemands(settings),
    ...settings.repositories.map(({ collection, name }, index) => ({
      path: at('repositories', index, 'collection'),
      expected: `"shared", or another name: its own collection would be the shared one, ${name}`,
      holds: collection === 'shared' || name !== settings.engine.collection,
    })),
    ...storageDemands(settings, cluster),
    ...scalingDemands(settings, cluster),
    ...exposureDemands(settings, cluster),
    ...secretDemands(settings, cluster, secrets),
    {
      path: at('applicationPath'),
      expected: 'no path, or cluster.argocd set: there is no Application to read it',
      holds: settings.applicationPath === undefined || cluster.argocd !== undefined,
    },
    {
      path: at('quota'),
      expected: 'none, or namespace.shared false: a quota would bind the others of the namespace too',
      holds: settings.quota === undefined || !settings.namespace.shared,
    },
  ];
}

function partDemands(settings: ContextEngineSettings): Demand[] {
  const [repository] = settings.qdrant.image.split('@');
  return [
    {
      path: at('indexer', 'sse'),
      expected: 'true, or another flavour of memory or indexer: no MCP server would run at all',
      holds: runningServers(settings).length > 0,
    },
    {
      path: at('qdrant', 'image'),
      expected: 'a tag that ends in -unprivileged: the other images run as root, which the namespace refuses',
      holds: repository?.endsWith('-unprivileged') ?? false,
    },
  ];
}

function storageDemands(settings: ContextEngineSettings, cluster: ClusterFacts): Demand[] {
  const classes = (['repositories', 'metadata', 'models'] as const).map((name) => sharedClass(settings, cluster, name));
  return [
    {
      path: ['cluster', 'sharedStorageClass'],
      expected:
        'a StorageClass whose volumes several nodes mount at once (ReadWriteMany), or contextEngine.layout "single-node": ' +
        'watchers, jobs and servers share the repositories',
      holds: settings.layout === 'single-node' || classes.every((name) => name !== undefined),
    },
  ];
}

function scalingDemands(settings: ContextEngineSettings, cluster: ClusterFacts): Demand[] {
  const { minReplicas } = settings.indexer.autoscaling;
  const most = maxReplicas(settings, cluster);
  return [
    {
      path: at('indexer', 'autoscaling', 'minReplicas'),
      expected: `at most ${most}, the most replicas`,
      holds: minReplicas <= most,
    },
    {
      path: at('indexer', 'autoscaling', 'maxReplicas'),
      expected: '1 in layout "single-node": a rollout would need the volumes on two nodes',
      holds: settings.layout === 'shared' || most === 1,
    },
    {
      path: at('indexer', 'autoscaling', 'maxReplicas'),
      expected: '1, or a Gateway whose implementation is "envoy-gateway": no other keeps a session on its replica',
      holds: most === 1 || keepsSessions(settings, cluster),
    },
  ];
}

function exposureDemands(settings: ContextEngineSettings, cluster: ClusterFacts): Demand[] {
  const { authentication, exposure, preset } = settings;
  const runs = running(settings);
  const kindDemands: Demand[] = [
    {
      path: at('exposure', 'kind'),
      expected: '"ingress", "gateway", "loadBalancer" or "nodePort": preset "full" is reachable from outside',
      holds: preset !== 'full' || exposure.kind !== 'none',
    },
    {
      path: at('exposure', 'kind'),
      expected: 'another kind, or cluster.ingress set: an Ingress needs a controller',
      holds: exposure.kind !== 'ingress' || cluster.ingress !== undefined,
    },
    {
      path: at('exposure', 'kind'),
      expected: 'another kind, or cluster.gateway set: a route needs a Gateway to attach to',
      holds: exposure.kind !== 'gateway' || cluster.gateway !== undefined,
    },
    {
      path: at('authentication', 'mode'),
      expected: '"bearer" or "none", or exposure.kind "gateway" on a Gateway whose implementation is "envoy-gateway"',
      holds:
        authentication?.mode !== 'gateway' ||
        (exposure.kind === 'gateway' && cluster.gateway?.implementation === 'envoy-gateway'),
    },
  ];
  if (exposure.kind === 'none') return kindDemands;
  const named = (exposure.services ?? []).map((service, index) => ({
    path: at('exposure', 'services', index),
    expected: 'a Service that runs; see preset, memory, indexer and llamacpp',
    holds: runs[service],
  }));
  const something = {
    path: at('exposure', exposure.services ? 'services' : 'kind'),
    expected: 'at least one Service to reach: the SSE flavours need sseHostnames, the others a server that runs',
    holds: exposedServices(settings).length > 0,
  };
  return [...kindDemands, ...named, something, ...hostDemands(settings)];
}

/** Host names of the SSE flavours. */
function hostDemands(settings: ContextEngineSettings): Demand[] {
  const { exposure } = settings;
  if (exposure.kind !== 'ingress' && exposure.kind !== 'gateway') return [];
  const runs = running(settings);
  return (['memory', 'indexer'] as const).flatMap((server) => {
    const service = `mcp-${server}` as const;
    const hostname = exposure.sseHostnames[server];
    const others = [exposure.hostname, server === 'indexer' ? exposure.sseHostnames.memory : undefined];
    const path = at('exposure', 'sseHostnames', server);
    return [
      {
        path,
        expected: `a host name of its own: the SSE flavour tells clients to post to /messages/ at the root of its host`,
        holds: !exposure.services?.includes(service) || hostname !== undefined,
      },
      {
        path,
        expected: `none, or ${server}.sse true: nothing would answer there`,
        holds: hostname === undefined || runs[service],
      },
      {
        path,
        expected: 'a host name that nothing else here has',
        holds: hostname === undefined || !others.includes(hostname),
      },
    ];
  });
}

function secretDemands(settings: ContextEngineSettings, cluster: ClusterFacts, secrets: Secrets): Demand[] {
  const { authentication, qdrant, repositories } = settings;
  const bearer = authentication?.mode === 'bearer' ? authentication.secret : undefined;
  const { apiKey } = qdrant;
  const hasStore = cluster.externalSecrets !== undefined;
  const [keyPath, bearerPath] = [
    ['contextEngine', 'qdrant', 'apiKey', 'source'],
    ['contextEngine', 'authentication', 'secret', 'source'],
  ];
  return [
    {
      path: at('qdrant', 'apiKey', 'everyClientSendsIt'),
      expected:
        'true with an image whose every process sends the key (images/context-engine makes one), or no repository that ' +
        "is watched: upstream's watcher sends no key, and Qdrant would refuse it",
      holds: !apiKey || apiKey.everyClientSendsIt || repositories.every(({ watch }) => !watch),
    },
    { path: keyPath, expected: noSecretStore, holds: apiKey?.source !== 'externalSecret' || hasStore },
    { path: bearerPath, expected: noSecretStore, holds: bearer?.source !== 'externalSecret' || hasStore },
    ...secretKeyDemands('contextEngineQdrantKey', secrets.contextEngineQdrantKey, apiKey?.source, keyPath),
    ...secretKeyDemands('contextEngineBearer', secrets.contextEngineBearer, bearer?.source, bearerPath),
  ];
}
