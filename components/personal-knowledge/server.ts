import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IVolume, IVolumeMount } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../config/cluster';
import { configMap } from '../kit/objects/config-map';
import { contentHash } from '../kit/objects/content-hash';
import { dataVolume } from '../kit/objects/persistent-volume-claim';
import { hardenedPod, onOneNode, pullSecrets, resourceRequirements } from '../kit/objects/pod';
import { bearerSource } from '../kit/parts/access';
import { type AppServer, appServer, appServerObjects } from '../kit/parts/app-server';
import { leftOut } from '../kit/parts/backup/left-out';
import { initContainersOf, secretGate } from '../kit/parts/gate';
import { entryRevisions, gatedEntries } from '../kit/parts/secret-set';
import { madeSecret } from '../kit/parts/secrets';
import type { Described } from '../system/described';
import { environment } from './environment';
import { hasGraphTools, type Instance } from './instance';
import {
  claims,
  dataPath,
  metadataIn,
  modelsPath,
  names,
  podLabels,
  podsOf,
  port,
  runAs,
  scriptsPath,
  type Use,
  uses,
} from './names';
import { servedPorts, sidecarOf } from './sidecar';

const script = 'start-server.sh';
const content = readFileSync(join(__dirname, 'scripts', script), 'utf8');
const component = 'mcp-service';

/** The server: its volumes, its start script, its pod and the Service that leads to it. */
export function server(instance: Instance, cluster: ClusterFacts): Record<string, Described> {
  const metadata = metadataIn(instance.namespace, podsOf(component));
  const { configMap: proxy } = sidecarOf(instance, cluster);
  return {
    scripts: configMap(metadata(names.config), { [script]: content }),
    ...(proxy ? { bearerProxy: proxy } : {}),
    ...volumes(instance, cluster),
    ...appServerObjects(names.server, workload(instance, cluster)),
  };
}

function volumes({ namespace, settings, size }: Instance, cluster: ClusterFacts): Record<string, Described> {
  const metadata = metadataIn(namespace);
  const { embedding } = settings;
  const storageClass = settings.server.data.storageClass ?? cluster.storageClass;
  return {
    data: dataVolume({ metadata: leftOut(metadata(claims.data), cluster), size: size.data, storageClass }),
    ...(embedding.provider === 'local'
      ? {
          // A lost model is fetched again.
          models: dataVolume({
            metadata: metadata(claims.models),
            size: embedding.models.size,
            storageClass: embedding.models.storageClass ?? cluster.storageClass,
          }),
        }
      : {}),
  };
}

function workload(instance: Instance, cluster: ClusterFacts): AppServer {
  const { namespace, secrets, settings, size } = instance;
  const { authentication, embedding, graph } = settings;
  const used: Use[] = ['chroma', 'data', ...(graph.kind === 'none' ? [] : (['graph'] as const))];
  const gate = secretGate({ image: settings.image, namespace, entries: gatedEntries(ownEntries(instance)) });
  const [mounts, mounted] = mountsOf(embedding.provider === 'local');
  return appServer({
    name: names.server,
    metadata: metadataIn(namespace, podsOf(component)),
    selector: podsOf(component),
    podLabels: podLabels(component, used),
    podAnnotations: { ...entryRevisions(ownEntries(instance)), ...contentHash('scripts', { [script]: content }) },
    container: {
      image: settings.image,
      ...(settings.imagePullPolicy ? { imagePullPolicy: settings.imagePullPolicy } : {}),
      command: ['bash', `${scriptsPath}/${script}`],
      args: ['bun', 'run', 'src/index.ts'],
      workingDir: '/app',
      env: environment(instance, cluster),
      resources: resourceRequirements(size.server),
      volumeMounts: mounts,
    },
    ports: { requests: port, health: port },
    reached: servedPorts(instance),
    checks: {
      // 503 while Chroma is away: no requests then, and no restart, because the server finds it again by itself.
      ready: { path: '/health', timeoutSeconds: 5 },
      // The server listens where the kubelet may not reach it, and it listens last: until then it is starting.
      alive: { command: ['bash', '-c', `exec 3<>/dev/tcp/127.0.0.1/${port}`], timeoutSeconds: 10 },
    },
    startupBudgetSeconds: startupSeconds(instance),
    // One writer of the volume, which attaches to one node.
    rollout: 'recreate',
    sidecar: sidecarOf(instance, cluster),
    pod: (parts) =>
      hardenedPod(runAs, {
        serviceAccountName: names.server,
        ...pullSecrets(settings.imagePullSecrets),
        // A backup mounts its volume beside it.
        ...onOneNode(uses('data')),
        terminationGracePeriodSeconds: 30,
        // Names with a dot are asked for as they are first: policies that allow hosts by name never see search domains.
        dnsConfig: { options: [{ name: 'ndots', value: '1' }] },
        ...initContainersOf(gate),
        containers: parts.containers,
        volumes: [...mounted, ...gate.volumes, ...parts.volumes],
      }),
    after: [
      ...['serviceAccount', 'scripts', 'data', `${names.chroma}Service`],
      ...(embedding.provider === 'local' ? ['models'] : []),
      ...(authentication?.mode === 'bearer' ? ['bearerProxy'] : []),
      ...Object.values(secrets)
        .slice(0, 1)
        .flatMap((source) => madeSecret('secrets', source)),
      ...madeSecret('bearerToken', bearerSource(authentication)),
    ],
    reachesOut: [names.server],
    imageUnpinnedReason: settings.imageUnpinnedReason,
  });
}

/** Longest time from the start of the container to the first answer, in seconds: it waits for each store before it starts. */
export function startupSeconds({ settings }: Instance): number {
  const { startupBudgetSeconds, waitSeconds } = settings.server;
  return startupBudgetSeconds + waitSeconds * (hasGraphTools(settings) ? 2 : 1);
}

/** What the server reads of the Secret of its instance. */
function ownEntries({ secrets: { postgresPassword: _, ...own } }: Instance) {
  return Object.values(own);
}

function mountsOf(hasModels: boolean): [IVolumeMount[], IVolume[]] {
  const volumes: (readonly [IVolumeMount, IVolume])[] = [
    [
      { name: 'data', mountPath: dataPath },
      { name: 'data', persistentVolumeClaim: { claimName: claims.data } },
    ],
    [
      { name: 'scripts', mountPath: scriptsPath, readOnly: true },
      { name: 'scripts', configMap: { name: names.config } },
    ],
    [
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
    ],
    ...(hasModels
      ? ([
          [
            { name: 'models', mountPath: modelsPath },
            { name: 'models', persistentVolumeClaim: { claimName: claims.models } },
          ],
        ] as const)
      : []),
  ];
  return [volumes.map(([mount]) => mount), volumes.map(([, volume]) => volume)];
}
