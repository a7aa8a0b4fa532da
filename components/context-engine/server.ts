import type { IContainer, IProbe, IService, IVolume } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../config/cluster';
import { autoscaler } from '../kit/objects/horizontal-pod-autoscaler';
import { resourceRequirements, rolloutDeadlines, spreadOverNodes } from '../kit/objects/pod';
import { unpinnedWaiver } from '../kit/parts/pinning';
import { revisionAnnotations } from '../kit/parts/secrets';
import type { Described } from '../system/described';
import { environment } from './environment';
import { frontPorts, guardBeside } from './guard';
import { metadataIn, paths, podLabels, podsOf, serverKinds, stateFolder, type Use } from './names';
import { enginePod, helper, waitForQdrant } from './pod';
import { scriptPath, scriptsHash } from './scripts';
import type { ContextEngineSettings } from './settings';
import { maxReplicas, running, runningServers, type ServerName } from './settings/choices';
import { modelsMount, sharedVolume, tmpMount } from './volumes';

/** The MCP servers that run, each with its Service and, of the indexer, its autoscaler. */
export function servers(settings: ContextEngineSettings, cluster: ClusterFacts): Record<string, Described> {
  const names = runningServers(settings);
  return {
    ...Object.fromEntries(
      names.flatMap((name) => [
        [`${name}-service`, service(settings, name)],
        [name, deployment(settings, cluster, name)],
        ...Object.entries(scaling(settings, cluster, name)),
      ]),
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

function deployment(settings: ContextEngineSettings, cluster: ClusterFacts, name: ServerName): Described<'Deployment'> {
  const kind = serverKinds[name];
  const deadlines = rolloutDeadlines(settings.startupBudgetSeconds);
  const guard = guardBeside(settings, name);
  const pods = podsOf(name);
  const most = kind.about === 'indexer' ? maxReplicas(settings, cluster) : 1;
  return {
    after: [
      ...['serviceAccount', 'scripts', 'qdrant', 'qdrantService', 'qdrantKey'],
      ...['models', 'repositories', 'metadata', ...guard.after],
    ],
    waivers: unpinnedWaiver(settings.imageUnpinnedReason, settings.image, ...guard.images),
    object: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadataIn(settings, pods)(name),
      spec: {
        // An autoscaler owns the number where there is one.
        ...(most > 1 ? {} : { replicas: 1 }),
        // Volumes of one node cannot be given to a second pod before the first has gone.
        strategy:
          settings.layout === 'single-node'
            ? { type: 'Recreate' }
            : { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        // Waiting for Qdrant comes before the first probe.
        progressDeadlineSeconds: deadlines.progress + settings.waitSeconds,
        revisionHistoryLimit: 3,
        selector: { matchLabels: pods },
        template: {
          metadata: {
            labels: podLabels(name, usesOf(settings, name)),
            annotations: {
              ...revisionAnnotations({ 'api-key': settings.qdrant.apiKey }),
              ...scriptsHash('wait-for.py', ...(kind.about === 'indexer' ? (['prepare.py'] as const) : [])),
              ...guard.annotations,
            },
          },
          spec: enginePod(settings, {
            ...(most > 1 ? spreadOverNodes(pods) : {}),
            // With an open stream the server never ends by itself; a longer time would only be waited out.
            terminationGracePeriodSeconds: 10,
            initContainers: [...(kind.about === 'indexer' ? [stateFolders(settings)] : []), waitForQdrant(settings)],
            containers: [serverContainer(settings, name, deadlines.startup), ...guard.containers],
            volumes: [...volumesOf(name), ...guard.volumes],
          }),
        },
      },
    },
  };
}

function serverContainer(settings: ContextEngineSettings, name: ServerName, startupSeconds: number): IContainer {
  const kind = serverKinds[name];
  const fronts = frontPorts(settings, name);
  // The only path of its health port tells that the process serves; nothing tells more.
  const probe: IProbe = { httpGet: { path: '/readyz', port: fronts.health } };
  const own = fronts.requests === kind.port;
  return {
    name,
    image: settings.image,
    command: ['python', `/app/scripts/mcp_${kind.about}_server.py`],
    // Where the program finds itself, whatever the image names.
    workingDir: '/app',
    env: [
      { name: 'FASTMCP_HOST', value: listensOn(settings, name) },
      { name: kind.about === 'memory' ? 'FASTMCP_PORT' : 'FASTMCP_INDEXER_PORT', value: String(kind.port) },
      { name: 'FASTMCP_HEALTH_PORT', value: String(kind.health) },
      { name: 'FASTMCP_TRANSPORT', value: kind.transport === 'sse' ? 'sse' : 'streamable-http' },
      ...environment(settings, kind.about),
    ],
    ...(own
      ? {
          ports: [
            { name: 'mcp', containerPort: kind.port },
            { name: 'health', containerPort: kind.health },
          ],
        }
      : {}),
    startupProbe: { ...probe, periodSeconds: 5, failureThreshold: Math.ceil(startupSeconds / 5) },
    readinessProbe: { ...probe, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 5 },
    livenessProbe: { ...probe, periodSeconds: 30, failureThreshold: 4, timeoutSeconds: 10 },
    resources: resourceRequirements(settings[kind.about].resources),
    volumeMounts: [
      modelsMount,
      tmpMount,
      ...(kind.about === 'indexer'
        ? [
            { name: 'repositories', mountPath: paths.repositories },
            { name: 'metadata', mountPath: `${paths.repositories}/${stateFolder}` },
          ]
        : []),
    ],
  };
}

/**
 * Behind the proxy a server is reached through it alone, even where nothing enforces network policies. Memory's SSE flavour
 * is the exception: the indexer talks to it directly, so that network policies alone keep everybody else away.
 */
function listensOn({ authentication }: ContextEngineSettings, name: ServerName): string {
  return authentication?.mode === 'bearer' && name !== 'mcp-memory' ? '127.0.0.1' : '0.0.0.0';
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

function service(settings: ContextEngineSettings, name: ServerName): Described<'Service'> {
  const { port, health } = serverKinds[name];
  const fronts = frontPorts(settings, name);
  return serviceWith(settings, name, name, [
    { name: 'http', port, targetPort: fronts.requests, protocol: 'TCP', appProtocol: 'http' },
    { name: 'health', port: health, targetPort: fronts.health, protocol: 'TCP' },
  ]);
}

/** Past the proxy, for the indexer alone. */
function internalService(settings: ContextEngineSettings): Described<'Service'> {
  const { port, health } = serverKinds['mcp-memory'];
  return serviceWith(settings, 'mcp-memory-internal', 'mcp-memory', [
    { name: 'direct', port, targetPort: port, protocol: 'TCP' },
    { name: 'health', port: health, targetPort: health, protocol: 'TCP' },
  ]);
}

function serviceWith(
  settings: ContextEngineSettings,
  name: string,
  server: ServerName,
  servicePorts: NonNullable<NonNullable<IService['spec']>['ports']>,
): Described<'Service'> {
  const pods = podsOf(server);
  return {
    object: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadataIn(settings, pods)(name),
      spec: {
        type: 'ClusterIP',
        selector: pods,
        // Sessions live in the memory of one pod; those of a stream of events get their answers nowhere else.
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
        ports: servicePorts,
      },
    },
  };
}

/** The autoscaler of the indexer, and the budget that lets a node be drained without ending every session. */
function scaling(settings: ContextEngineSettings, cluster: ClusterFacts, name: ServerName): Record<string, Described> {
  const most = maxReplicas(settings, cluster);
  if (serverKinds[name].about !== 'indexer' || most === 1) return {};
  const pods = podsOf(name);
  const metadata = metadataIn(settings, pods)(`${name}-hpa`);
  const { cpuPercent, minReplicas } = settings.indexer.autoscaling;
  const budget: Described<'PodDisruptionBudget'> = {
    object: {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: metadataIn(settings, pods)(name),
      spec: { maxUnavailable: 1, selector: { matchLabels: pods } },
    },
  };
  return {
    [`${name}-hpa`]: {
      ...autoscaler({ metadata, target: { kind: 'Deployment', name }, minReplicas, maxReplicas: most, cpuPercent }),
      after: [name],
    },
    [`${name}-budget`]: budget,
  };
}
