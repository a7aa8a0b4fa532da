import type { IContainer, IVolume } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../config/cluster';
import { resourceRequirements } from '../kit/objects/pod';
import { clusterIpService } from '../kit/objects/service';
import { type AppServer, appServer, appServerObjects } from '../kit/parts/app-server';
import { anyAddress } from '../kit/parts/listening';
import { madeSecret, revisionAnnotations } from '../kit/parts/secrets';
import type { Described } from '../system/described';
import { servedPorts, sidecarDependencies, sidecarOf } from './auth-sidecar';
import { environment } from './environment';
import { metadataIn, paths, podLabels, podsOf, serverKinds, stateFolder, type Use } from './names';
import { enginePod, helper, waitForQdrant } from './pod';
import { scriptPath, scriptsHash } from './scripts';
import type { ContextEngineSettings } from './settings';
import { maxReplicas, running, runningServers, type ServerName } from './settings/choices';
import { modelsMount, sharedVolume, tmpMount } from './volumes';

/** The MCP servers that run, each with its Service and, of the indexer, its autoscaler. */
export function servers(settings: ContextEngineSettings, cluster: ClusterFacts): Record<string, Described> {
  return {
    ...Object.fromEntries(
      runningServers(settings).flatMap((name) =>
        Object.entries(appServerObjects(name, server(settings, cluster, name))),
      ),
    ),
    ...(settings.authentication?.mode === 'bearer' && running(settings)['mcp-memory']
      ? { 'mcp-memory-internal': internalService(settings) }
      : {}),
  };
}

/** What a server uses. */
function usesOf(settings: ContextEngineSettings, name: ServerName): Use[] {
  const runs = running(settings);
  const indexer: Use[] = [
    ...(runs['mcp-memory'] ? (['memory'] as const) : []),
    ...(runs.llamacpp ? (['decoder'] as const) : []),
  ];
  return ['qdrant', 'models', ...(serverKinds[name].about === 'indexer' ? indexer : [])];
}

function server(settings: ContextEngineSettings, cluster: ClusterFacts, name: ServerName): AppServer {
  const { about, health, port, transport } = serverKinds[name];
  const isIndexer = about === 'indexer';
  const most = isIndexer ? maxReplicas(settings, cluster) : 1;
  const { cpuPercent, minReplicas } = settings.indexer.autoscaling;
  return appServer({
    name,
    metadata: metadataIn(settings, podsOf(name)),
    selector: podsOf(name),
    podLabels: podLabels(name, usesOf(settings, name)),
    podAnnotations: {
      ...revisionAnnotations({ 'api-key': settings.qdrant.apiKey }),
      ...scriptsHash('wait-for.py', ...(isIndexer ? (['prepare.py'] as const) : [])),
    },
    container: {
      image: settings.image,
      command: ['python', `/app/scripts/mcp_${about}_server.py`],
      // Where the program finds itself, whatever the image names.
      workingDir: '/app',
      env: [
        { name: 'FASTMCP_HOST', value: listensOn(settings, cluster, name) },
        { name: about === 'memory' ? 'FASTMCP_PORT' : 'FASTMCP_INDEXER_PORT', value: String(port) },
        { name: 'FASTMCP_HEALTH_PORT', value: String(health) },
        { name: 'FASTMCP_TRANSPORT', value: transport === 'sse' ? 'sse' : 'streamable-http' },
        ...environment(settings, about),
      ],
      resources: resourceRequirements(settings[about].resources),
      volumeMounts: [
        modelsMount,
        tmpMount,
        ...(isIndexer
          ? [
              { name: 'repositories', mountPath: paths.repositories },
              { name: 'metadata', mountPath: `${paths.repositories}/${stateFolder}` },
            ]
          : []),
      ],
    },
    portName: 'mcp',
    ports: { requests: port, health },
    reached: servedPorts(settings, name),
    // The only path of its health port tells that the process serves; nothing tells more.
    checks: {
      ready: { path: '/readyz', timeoutSeconds: 5 },
      alive: { failureThreshold: 4, timeoutSeconds: 10 },
    },
    startupBudgetSeconds: settings.startupBudgetSeconds,
    // Waiting for Qdrant comes before the first probe.
    beforeStartSeconds: settings.waitSeconds,
    sticky: true,
    ...(most > 1 ? { scaling: { minReplicas, maxReplicas: most, cpuPercent } } : {}),
    // Volumes of one node cannot be given to a second pod before the first has gone.
    rollout: settings.layout === 'single-node' ? 'recreate' : 'rolling',
    sidecar: sidecarOf(settings, cluster, name),
    pod: ({ containers, spread, volumes }) =>
      enginePod(settings, {
        ...spread,
        // With an open stream the server never ends by itself; a longer time would only be waited out.
        terminationGracePeriodSeconds: 10,
        initContainers: [...(isIndexer ? [stateFolders(settings)] : []), waitForQdrant(settings)],
        containers,
        volumes: [...volumesOf(name), ...volumes],
      }),
    after: [
      ...['serviceAccount', 'scripts', 'qdrant', 'qdrantService', ...madeSecret('qdrantKey', settings.qdrant.apiKey)],
      ...['models', 'repositories', 'metadata', ...sidecarDependencies(settings, name)],
    ],
    // The embedding model.
    reachesOut: [name],
    imageUnpinnedReason: settings.imageUnpinnedReason,
  });
}

/**
 * Behind the proxy a server is reached through it alone, even where nothing enforces network policies. Memory's SSE flavour
 * is the exception: the indexer talks to it directly, so that network policies alone keep everybody else away.
 *
 * Python's event loop takes `::` for IPv6 alone, and no host for every family; images/context-engine teaches the health
 * server the same.
 */
function listensOn({ authentication }: ContextEngineSettings, cluster: ClusterFacts, name: ServerName): string {
  if (authentication?.mode === 'bearer' && name !== 'mcp-memory') return '127.0.0.1';
  return anyAddress(cluster) === '::' ? '' : '0.0.0.0';
}

/** Folder on which the metadata are mounted. A runtime that makes it does so as root, which network storage refuses. */
function stateFolders(settings: ContextEngineSettings): IContainer {
  return helper(settings, {
    name: 'prepare',
    command: ['python', scriptPath('prepare.py'), `${paths.repositories}/${stateFolder}`],
    volumeMounts: [{ name: 'repositories', mountPath: paths.repositories }],
  });
}

function volumesOf(name: ServerName): IVolume[] {
  return [
    sharedVolume('models'),
    ...(serverKinds[name].about === 'indexer' ? [sharedVolume('repositories'), sharedVolume('metadata')] : []),
  ];
}

/** Past the proxy, for the indexer alone. */
function internalService(settings: ContextEngineSettings): Described<'Service'> {
  const { port, health } = serverKinds['mcp-memory'];
  const pods = podsOf('mcp-memory');
  return clusterIpService({
    metadata: metadataIn(settings, pods)('mcp-memory-internal'),
    selector: pods,
    ports: [
      { name: 'direct', port, targetPort: port },
      { name: 'health', port: health, targetPort: health },
    ],
    sticky: true,
  });
}
