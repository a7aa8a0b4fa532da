import type { IPodSpec } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../../../config/cluster';
import type { Described } from '../../../system/described';
import type { Labels } from '../../../system/flow';
import type { ObjectMeta } from '../../../system/planned-object';
import { dataVolume } from '../../objects/persistent-volume-claim';
import { hardenedPod, imagesOf, pullSecrets, type RunAs, resourceRequirements, type Sizing } from '../../objects/pod';
import { httpProbes } from '../../objects/probes';
import { clusterIpService, headlessService, type ServicePort } from '../../objects/service';
import { statefulSet } from '../../objects/stateful-set';
import { type AuthSidecar, noSidecar } from '../../parts/auth-sidecar';
import { initContainersOf, secretGate } from '../../parts/gate';
import { anyAddress } from '../../parts/listening';
import { unpinnedWaiver } from '../../parts/pinning';
import { madeSecret, revisionAnnotations, type SecretSource } from '../../parts/secrets';
import { qdrantKeyVariable } from './client';

/** Ports of the pod, and of its Services. */
export const qdrantPorts = { requests: 6333, grpc: 6334 } as const;

/** Where the image keeps its data; snapshots are on a volume of their own. */
export const qdrantPaths = {
  storage: '/qdrant/storage',
  snapshots: '/qdrant/snapshots',
  init: '/qdrant/init',
} as const;

/** The user of the image whose tag ends in -unprivileged. */
export const qdrantUser: RunAs = { uid: 1000, gid: 1000 };

/** A volume: its claim, its size and its class. */
export interface QdrantVolume {
  readonly claimName: string;
  /** Quantity in bytes. */
  readonly size: string;
  /** @default the cluster's default class */
  readonly storageClass?: string | undefined;
}

export interface QdrantArgs {
  /** Name of the StatefulSet, of its container and of the Service that clients use; the keys of the objects begin with it. */
  readonly name: string;
  readonly cluster: Pick<ClusterFacts, 'ipFamilies'>;
  readonly metadata: (name: string, labels: Labels) => ObjectMeta;
  /** Labels by which StatefulSet and Services know the pod. */
  readonly selector: Labels;
  /** Labels of the pod, those of the selector among them. */
  readonly podLabels: Labels;
  /** Label of the Service that clients use, by which Prometheus finds this one: others lead to the same pod. */
  readonly scraped: Labels;
  /** An image whose tag ends in -unprivileged. */
  readonly image: string;
  readonly imagePullSecrets: readonly string[];
  readonly imageUnpinnedReason?: string | undefined;
  readonly resources: Sizing;
  readonly serviceAccountName: string;
  readonly storage: QdrantVolume;
  readonly snapshots: QdrantVolume;
  /** Where the pod must run, besides. @default anywhere */
  readonly placement?: Pick<IPodSpec, 'affinity'>;
  /** Key that clients must show. @default none, network policies alone protect it */
  readonly apiKey?: { readonly source: SecretSource; readonly key: string } | undefined;
  /** A proxy beside it, where it is reached from outside. */
  readonly sidecar?: AuthSidecar;
  /** Keys of further objects that the pod needs. */
  readonly after: readonly string[];
}

/** Keys of the claims. */
const volumeKeys = (name: string) => ({ storage: `${name}Storage`, snapshots: `${name}Snapshots` });

/** The claims: objects of their own, because those of a template can be neither protected nor grown. */
export function qdrantVolumes(
  name: string,
  metadata: (name: string) => ObjectMeta,
  volumes: Readonly<Record<'storage' | 'snapshots', QdrantVolume>>,
): Record<string, Described> {
  const keys = volumeKeys(name);
  const claim = ({ claimName, size, storageClass }: QdrantVolume) =>
    dataVolume({ metadata: metadata(claimName), size, storageClass });
  return { [keys.storage]: claim(volumes.storage), [keys.snapshots]: claim(volumes.snapshots) };
}

/**
 * Qdrant: one replica and the Services that lead to it.
 * @see https://qdrant.tech/documentation/guides/configuration/
 */
export function qdrantObjects(args: QdrantArgs): Record<string, Described> {
  const { metadata, name, scraped, selector } = args;
  const ports: readonly ServicePort[] = [
    { name: 'http', port: qdrantPorts.requests, targetPort: qdrantPorts.requests, appProtocol: 'http' },
    { name: 'grpc', port: qdrantPorts.grpc, targetPort: qdrantPorts.grpc, appProtocol: 'kubernetes.io/h2c' },
  ];
  const pod = qdrantPod(args);
  const workload = statefulSet({
    metadata: metadata(name, selector),
    selector,
    podLabels: args.podLabels,
    podAnnotations: {
      ...revisionAnnotations({ 'api-key': args.apiKey?.source }),
      ...args.sidecar?.annotations,
    },
    serviceName: `${name}-headless`,
    pod,
  });
  const keys = volumeKeys(name);
  return {
    [`${name}Headless`]: headlessService({ metadata: metadata(`${name}-headless`, selector), selector, ports }),
    [`${name}Service`]: clusterIpService({ metadata: metadata(name, { ...selector, ...scraped }), selector, ports }),
    [name]: {
      ...workload,
      after: [
        ...[keys.storage, keys.snapshots, `${name}Headless`],
        ...(args.apiKey ? madeSecret(args.apiKey.key, args.apiKey.source) : []),
        ...args.after,
      ],
      waivers: unpinnedWaiver(args.imageUnpinnedReason, ...imagesOf(pod)),
    },
  };
}

/** Where it listens, on clusters with IPv6: without brackets, which its gRPC server would not start with. */
export function qdrantAddress(cluster: QdrantArgs['cluster']): { readonly name: string; readonly value: string }[] {
  const address = anyAddress(cluster);
  return address === '::' ? [{ name: 'QDRANT__SERVICE__HOST', value: address }] : [];
}

function qdrantPod({ sidecar = noSidecar, ...args }: QdrantArgs): IPodSpec {
  const { requests, grpc } = qdrantPorts;
  const { namespace = 'default' } = args.metadata(args.name, args.selector);
  const keys = args.apiKey ? [{ source: args.apiKey.source, value: 'random' } as const] : [];
  const gate = secretGate({ image: args.image, namespace, entries: keys });
  return hardenedPod(qdrantUser, {
    serviceAccountName: args.serviceAccountName,
    ...pullSecrets(args.imagePullSecrets),
    ...args.placement,
    // SIGTERM flushes what is in memory; a kill means a replay of the log at the next start.
    terminationGracePeriodSeconds: 60,
    ...initContainersOf(gate),
    containers: [
      {
        name: args.name,
        image: args.image,
        env: [
          ...qdrantAddress(args.cluster),
          { name: 'QDRANT__SERVICE__HTTP_PORT', value: String(requests) },
          { name: 'QDRANT__SERVICE__GRPC_PORT', value: String(grpc) },
          { name: 'QDRANT__STORAGE__STORAGE_PATH', value: qdrantPaths.storage },
          { name: 'QDRANT__STORAGE__SNAPSHOTS_PATH', value: qdrantPaths.snapshots },
          // Half-made snapshots must be on the volume that they end up on: another one may be too small.
          { name: 'QDRANT__STORAGE__TEMP_PATH', value: `${qdrantPaths.snapshots}/tmp` },
          { name: 'QDRANT__TELEMETRY_DISABLED', value: 'true' },
          // The root file system is read-only.
          { name: 'QDRANT_INIT_FILE_PATH', value: `${qdrantPaths.init}/.qdrant-initialized` },
          // Not optional: without the key Qdrant would start, and ask nobody for anything.
          ...qdrantKeyVariable('QDRANT__SERVICE__API_KEY', args.apiKey?.source),
        ],
        ports: [
          { name: 'http', containerPort: requests },
          { name: 'grpc', containerPort: grpc },
        ],
        ...httpProbes({
          port: requests,
          // Loading the collections of a large disk takes minutes.
          startupSeconds: 1800,
          ready: { path: '/readyz', periodSeconds: 5, failureThreshold: 6 },
          alive: { path: '/healthz', failureThreshold: 6, timeoutSeconds: 10 },
        }),
        resources: resourceRequirements(args.resources),
        volumeMounts: [
          { name: 'storage', mountPath: qdrantPaths.storage },
          { name: 'snapshots', mountPath: qdrantPaths.snapshots },
          { name: 'init', mountPath: qdrantPaths.init },
        ],
      },
      ...sidecar.containers,
    ],
    volumes: [
      { name: 'storage', persistentVolumeClaim: { claimName: args.storage.claimName } },
      { name: 'snapshots', persistentVolumeClaim: { claimName: args.snapshots.claimName } },
      { name: 'init', emptyDir: { sizeLimit: '1Mi' } },
      ...gate.volumes,
      ...sidecar.volumes,
    ],
  });
}
