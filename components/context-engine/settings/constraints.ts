import type { ClusterFacts } from '../../../config/cluster';
import type { Constraint } from '../../../config/constraint';
import { clientConstraints } from '../../kit/settings/clients';
import { attachmentConstraints, encryptionConstraints, nodePortConstraint } from '../../kit/settings/exposure';
import { namespaceConstraints } from '../../kit/settings/namespace';
import { namespaceLimitConstraints } from '../../kit/settings/quota';
import { tlsConstraints } from '../../kit/settings/tls';
import { qdrantImageConstraint } from '../../kit/stores/qdrant/settings';
import { claims } from '../names';
import { exposedServices, keepsSessions, maxReplicas, running, runningServers, sharedClass } from './choices';
import { hasHosts, sseServers, sseTlsSecret } from './exposure';
import type { ContextEngineSettings } from './index';
import { secretSourceConstraints } from './secret-constraints';
import type { ContextEngineSecrets } from './secrets';

const at = (...path: (string | number)[]): PropertyKey[] => ['contextEngine', ...path];

/** What must hold between the keys of Context Engine and the rest of a stack file. */
export function contextEngineConstraints(
  settings: ContextEngineSettings,
  cluster: ClusterFacts,
  secrets: ContextEngineSecrets,
): Constraint[] {
  return [
    ...namespaceConstraints(at('namespace'), settings.namespace, cluster, settings.clients),
    ...partConstraints(settings),
    ...claimConstraints(settings),
    ...settings.repositories.map(({ collection, name }, index) => ({
      path: at('repositories', index, 'collection'),
      expected: `"shared", or another name: its own collection would be the shared one, ${name}`,
      satisfied: collection === 'shared' || name !== settings.engine.collection,
    })),
    ...storageConstraints(settings, cluster),
    ...scalingConstraints(settings, cluster),
    ...exposureConstraints(settings, cluster),
    ...clientConstraints(at('clients'), settings.clients, cluster),
    ...secretSourceConstraints(settings, cluster, secrets),
    {
      path: at('applicationPath'),
      expected: 'no path, or cluster.argocd set: there is no Application to read it',
      satisfied: settings.applicationPath === undefined || cluster.argocd !== undefined,
    },
    ...namespaceLimitConstraints(at(), settings),
  ];
}

function partConstraints(settings: ContextEngineSettings): Constraint[] {
  return [
    {
      path: at('indexer', 'sse'),
      expected: 'true, or another flavour of memory or indexer: no MCP server would run at all',
      satisfied: runningServers(settings).length > 0,
    },
    qdrantImageConstraint(at('qdrant', 'image'), settings.qdrant.image),
  ];
}

function storageConstraints(settings: ContextEngineSettings, cluster: ClusterFacts): Constraint[] {
  const classes = (['repositories', 'metadata', 'models'] as const).map((name) => sharedClass(settings, cluster, name));
  return [
    {
      path: ['cluster', 'sharedStorageClass'],
      expected:
        'a StorageClass whose volumes several nodes mount at once (ReadWriteMany), or contextEngine.layout "single-node": ' +
        'watchers, jobs and servers share the repositories',
      satisfied: settings.layout === 'single-node' || classes.every((name) => name !== undefined),
    },
  ];
}

function scalingConstraints(settings: ContextEngineSettings, cluster: ClusterFacts): Constraint[] {
  const { minReplicas } = settings.indexer.autoscaling;
  const most = maxReplicas(settings, cluster);
  return [
    {
      path: at('indexer', 'autoscaling', 'minReplicas'),
      expected: `at most ${most}, the most replicas`,
      satisfied: minReplicas <= most,
    },
    {
      path: at('indexer', 'autoscaling', 'maxReplicas'),
      expected: '1 in layout "single-node": a rollout would need the volumes on two nodes',
      satisfied: settings.layout === 'shared' || most === 1,
    },
    {
      path: at('indexer', 'autoscaling', 'maxReplicas'),
      expected:
        '1, or a Gateway whose implementation is "envoy-gateway", or ingress-nginx: no other keeps a session on its replica',
      satisfied: most === 1 || keepsSessions(settings, cluster),
    },
  ];
}

function exposureConstraints(settings: ContextEngineSettings, cluster: ClusterFacts): Constraint[] {
  const { authentication, exposure, preset } = settings;
  const runs = running(settings);
  const kindConstraints: Constraint[] = [
    {
      path: at('exposure', 'kind'),
      expected: '"ingress", "gateway", "loadBalancer" or "nodePort": preset "full" is reachable from outside',
      satisfied: preset !== 'full' || exposure.kind !== 'none',
    },
    ...tlsConstraints(at('exposure'), hasHosts(exposure) ? exposure : undefined, cluster),
    ...attachmentConstraints(at('exposure', 'kind'), exposure.kind, cluster),
    {
      path: ['cluster', 'ingress', 'implementation'],
      expected:
        '"nginx" or "traefik", or another contextEngine.exposure.kind: no other is told how to take prefixes off paths',
      satisfied: exposure.kind !== 'ingress' || cluster.ingress?.implementation !== 'other',
    },
    ...encryptionConstraints(exposure.kind, authentication, cluster),
    ...Object.entries(exposure.kind === 'nodePort' ? exposure.ports : {}).map(([name, port]) =>
      nodePortConstraint(at('exposure', 'ports', name), isOpened(settings, name) ? port : undefined, cluster),
    ),
    {
      path: at('authentication', 'mode'),
      expected: '"bearer" or "none", or exposure.kind "gateway" on a Gateway whose implementation is "envoy-gateway"',
      satisfied:
        authentication?.mode !== 'gateway' ||
        (exposure.kind === 'gateway' && cluster.gateway?.implementation === 'envoy-gateway'),
    },
  ];
  if (exposure.kind === 'none') return kindConstraints;
  const named = (exposure.services ?? []).map((service, index) => ({
    path: at('exposure', 'services', index),
    expected: 'a Service that runs; see preset, memory, indexer and llamacpp',
    satisfied: runs[service],
  }));
  const something = {
    path: at('exposure', exposure.services ? 'services' : 'kind'),
    expected: 'at least one Service to reach: the SSE flavours need sseHostnames, the others a server that runs',
    satisfied: exposedServices(settings).length > 0,
  };
  return [...kindConstraints, ...named, something, ...hostConstraints(settings)];
}

/** Whether a port of the nodes is opened; by gRPC Qdrant is not where the proxy guards it. */
function isOpened(settings: ContextEngineSettings, name: string): boolean {
  const opened: readonly string[] = exposedServices(settings);
  return name === 'qdrant-grpc'
    ? opened.includes('qdrant') && settings.authentication?.mode !== 'bearer'
    : opened.includes(name);
}

/** Host names of the SSE flavours. */
function hostConstraints(settings: ContextEngineSettings): Constraint[] {
  const { exposure } = settings;
  if (!hasHosts(exposure)) return [];
  const runs = running(settings);
  return sseServers.flatMap((server) => {
    const service = `mcp-${server}` as const;
    const hostname = exposure.sseHostnames[server];
    const others = [exposure.hostname, server === 'indexer' ? exposure.sseHostnames.memory : undefined];
    const path = at('exposure', 'sseHostnames', server);
    return [
      {
        path,
        expected: `a host name of its own: the SSE flavour tells clients to post to /messages/ at the root of its host`,
        satisfied: !exposure.services?.includes(service) || hostname !== undefined,
      },
      {
        path,
        expected: `none, or ${server}.sse true: nothing would answer there`,
        satisfied: hostname === undefined || runs[service],
      },
      {
        path,
        expected: 'a host name that nothing else here has',
        satisfied: hostname === undefined || !others.includes(hostname),
      },
      {
        path: at('exposure', 'sseTlsSecretNames', server),
        expected: `none, or exposure.sseHostnames.${server} set: there is no host name to have a certificate`,
        satisfied: exposure.sseTlsSecretNames[server] === undefined || hostname !== undefined,
      },
      {
        path: at('exposure', 'sseTlsSecretNames', server),
        expected: 'a name of its own: the one that comes of tlsSecretName has more than 253 characters',
        satisfied: hostname === undefined || sseTlsSecret(exposure, server).length <= 253,
      },
    ];
  });
}

/** What is copied from a claim of somebody else is not copied from one of our own. */
function claimConstraints({ repositories }: ContextEngineSettings): Constraint[] {
  return repositories.flatMap((repository, index) =>
    repository.source === 'claim'
      ? [
          {
            path: at('repositories', index, 'claimName'),
            expected: 'a claim of yours: Context Engine makes this one for itself',
            satisfied: !Object.values<string>(claims).includes(repository.claimName),
          },
        ]
      : [],
  );
}
