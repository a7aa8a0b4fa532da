import type { ClusterFacts } from '../../config/cluster';
import { resourceRequirements } from '../kit/objects/pod';
import { type AppServer, type AppServerArgs, appServer } from '../kit/parts/app-server';
import { noSidecar } from '../kit/parts/auth-sidecar';
import { anyAddress } from '../kit/parts/listening';
import { madeSecret } from '../kit/parts/secrets';
import { apiEnvironment, applicationEnvironment, mlEnvironment } from './environment';
import type { Rae } from './instance';
import { madeBefore } from './jobs';
import { appPath, type Component, metadataIn, names, paths, podLabels, podsOf, ports, type Use } from './names';
import {
  applicationContainer,
  applicationReads,
  draining,
  drainSeconds,
  everything,
  podAnnotations,
  podNeeds,
  providerReads,
  raePod,
} from './pod';
import { servedPorts, sidecarOf } from './sidecar';

/** Nothing is kept between requests, so that any pod may answer any of them. */
const stateless = {
  rule: 'sticky-sessions',
  reason: 'the servers of RAE keep nothing between requests: any pod answers any client',
} as const;

/** The API: every start waits for the stores, the schema and the collection, and then loads its model. */
export function api(rae: Rae, cluster: ClusterFacts): AppServer {
  const { settings } = rae;
  const { requestSeconds } = settings.api;
  const sidecar = sidecarOf(rae, cluster);
  const guarded = sidecar !== noSidecar;
  // Behind the proxy it is reached through it alone, even where nothing enforces network policies.
  const listening = guarded ? '127.0.0.1' : anyAddress(cluster);
  const words = uvicorn('apps.memory_api.main:app', listening, ports.api, requestSeconds);
  const reads = applicationReads(rae);
  return server({
    ...common(rae, names.api, 'api', ['postgres', 'redis', 'qdrant', ...servicesUsed(rae)]),
    ...rae.api,
    podAnnotations: podAnnotations(reads),
    container: {
      ...applicationContainer(rae, everything, words, [...applicationEnvironment(rae), ...apiEnvironment(rae)]),
      resources: resourceRequirements(rae.api.resources),
    },
    ports: { requests: ports.api, health: ports.api },
    reached: servedPorts(rae),
    checks: {
      // 503 while a store is away: no requests then, and no restart, because it finds each of them again by itself.
      ready: { path: paths.ready, timeoutSeconds: 10 },
      alive: { path: paths.live, timeoutSeconds: 10 },
    },
    startupBudgetSeconds: startupSeconds(rae),
    sidecar,
    pod: ({ containers, spread, volumes }) =>
      raePod(rae, {
        reads,
        containers: containers.map(draining),
        volumes,
        graceSeconds: drainSeconds + requestSeconds + 15,
        rest: spread,
      }),
    after: [
      ...podNeeds(rae),
      ...madeBefore,
      ...(guarded ? ['authProxy'] : []),
      ...madeSecret('clientKeys', guarded ? keysSource(rae) : undefined),
    ],
    reachesOut: reachesOutside(rae) || settings.otlp ? [names.api] : [],
    imageUnpinnedReason: settings.imageUnpinnedReason,
  });
}

/** Longest time from the start of the API's container to the first answer, in seconds: it waits for the stores first. */
export function startupSeconds({ settings: { api: own, waitSeconds } }: Rae): number {
  return own.startupBudgetSeconds + waitSeconds;
}

export function ml(rae: Rae, cluster: ClusterFacts): AppServer {
  const { settings } = rae;
  const reads = providerReads(rae);
  return server({
    ...common(rae, names.ml, 'ml-service', []),
    ...rae.ml,
    podAnnotations: podAnnotations(reads),
    container: {
      ...plain(rae, settings.ml.image, uvicorn('apps.ml_service.main:app', anyAddress(cluster), ports.ml, 60)),
      env: mlEnvironment(rae),
      resources: resourceRequirements(rae.ml.resources),
    },
    ports: { requests: ports.ml, health: ports.ml },
    checks: { ready: { path: '/health', timeoutSeconds: 5 } },
    startupBudgetSeconds: 180,
    pod: ({ containers, spread, volumes }) =>
      raePod(rae, {
        reads,
        containers: containers.map(draining),
        volumes,
        graceSeconds: drainSeconds + 75,
        rest: spread,
      }),
    after: podNeeds(rae),
    reachesOut: reachesModels(rae) ? [names.ml] : [],
    imageUnpinnedReason: settings.imageUnpinnedReason,
  });
}

/** What upstream has of it: a stub, in the image of the API. */
export function reranker(rae: Rae, cluster: ClusterFacts): AppServer {
  const { settings } = rae;
  const words = uvicorn('apps.reranker_service.main:app', anyAddress(cluster), ports.reranker, 60);
  return server({
    ...common(rae, names.reranker, 'reranker', []),
    podAnnotations: podAnnotations([]),
    container: {
      ...plain(rae, settings.reranker.image, words),
      env: [{ name: 'HOME', value: '/tmp' }],
      resources: resourceRequirements(rae.reranker),
    },
    ports: { requests: ports.reranker, health: ports.reranker },
    checks: { ready: { path: '/health', timeoutSeconds: 5 } },
    startupBudgetSeconds: 120,
    pod: ({ containers, volumes }) =>
      raePod(rae, { reads: [], containers: containers.map(draining), volumes, graceSeconds: drainSeconds + 75 }),
    after: podNeeds(rae),
    imageUnpinnedReason: settings.imageUnpinnedReason,
  });
}

/** The services that API and workers ask. */
export function servicesUsed({ settings }: Rae): Use[] {
  return [
    ...(settings.ml.enabled ? (['ml'] as const) : []),
    ...(settings.reranker.enabled ? (['reranker'] as const) : []),
  ];
}

/** Whether anything is asked of models outside. */
function reachesModels(rae: Rae): boolean {
  return rae.settings.models.ollama !== undefined || providerReads(rae).some((entry) => entry !== undefined);
}

/** Whether API and workers talk to servers of others: models, or stores that somebody else runs. */
export function reachesOutside(rae: Rae): boolean {
  const { postgres, qdrant, redis } = rae.stores;
  return reachesModels(rae) || [postgres, qdrant, redis].some(({ client }) => client.remote !== undefined);
}

function uvicorn(application: string, host: string, port: number, graceSeconds: number): string[] {
  // Without an end of its own a stop waits for open requests for ever.
  const grace = ['--timeout-graceful-shutdown', String(graceSeconds)];
  return ['uvicorn', application, '--host', host, '--port', String(port), ...grace];
}

/** A container of a server that needs no store. */
function plain({ settings }: Rae, image: string | undefined, words: readonly string[]) {
  return {
    image: image ?? settings.image,
    ...(settings.imagePullPolicy ? { imagePullPolicy: settings.imagePullPolicy } : {}),
    command: [...words],
    workingDir: appPath,
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  };
}

function common({ namespace }: Rae, name: string, component: Component, used: readonly Use[]) {
  const selector = podsOf(component);
  return {
    name,
    // As upstream's guide lists it.
    autoscalerName: name,
    metadata: metadataIn(namespace, selector),
    selector,
    podLabels: podLabels(component, used),
    rollout: 'rolling' as const,
  };
}

function server(args: AppServerArgs): AppServer {
  const made = appServer(args);
  const several = args.scaling !== undefined || (args.replicas ?? 1) > 1;
  return several ? { ...made, service: { ...made.service, waivers: [stateless] } } : made;
}

function keysSource({ settings: { authentication } }: Rae) {
  return authentication?.mode === 'clients'
    ? { ...authentication.secret, secretKey: '', secretRevision: 0 }
    : undefined;
}
