import type { IPodSpec } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../../../config/cluster';
import type { Described } from '../../../system/described';
import type { Labels } from '../../../system/flow';
import type { ObjectMeta } from '../../../system/planned-object';
import { hardenedPod, pullSecrets, type RunAs, resourceRequirements, type Sizing } from '../../objects/pod';
import { httpProbes } from '../../objects/probes';
import { type AuthSidecar, noSidecar } from '../../parts/auth-sidecar';
import { initContainersOf, secretGate } from '../../parts/gate';
import { withoutLineBreaks } from '../../parts/line-breaks';
import { anyAddress } from '../../parts/listening';
import { revisionAnnotations } from '../../parts/secrets';
import { storeSecretVariable } from '../client';
import { type StoreArgs, type StoreSecret, type StoreVolume, singleStore, storeVolume } from '../single';

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

export interface QdrantArgs extends StoreArgs {
  readonly cluster: Pick<ClusterFacts, 'ipFamilies'>;
  /** Label of the Service that clients use, by which Prometheus finds this one: others lead to the same pod. */
  readonly scraped: Labels;
  /** An image whose tag ends in -unprivileged. */
  readonly image: string;
  readonly resources: Sizing;
  readonly storage: StoreVolume;
  readonly snapshots: StoreVolume;
  /** Key that clients must show. @default none, network policies alone protect it */
  readonly apiKey?: StoreSecret | undefined;
  /** A proxy beside it, where it is reached from outside. */
  readonly sidecar?: AuthSidecar;
}

/** Keys of the claims. */
const volumeKeys = (name: string) => ({ storage: `${name}Storage`, snapshots: `${name}Snapshots` });

/** The claims. */
export function qdrantVolumes(
  name: string,
  metadata: (name: string) => ObjectMeta,
  volumes: Readonly<Record<'storage' | 'snapshots', StoreVolume>>,
): Record<string, Described> {
  const keys = volumeKeys(name);
  return {
    [keys.storage]: storeVolume(volumes.storage, metadata),
    [keys.snapshots]: storeVolume(volumes.snapshots, metadata),
  };
}

/**
 * Qdrant: one replica and the Services that lead to it.
 * @see https://qdrant.tech/documentation/guides/configuration/
 */
export function qdrantObjects(args: QdrantArgs): Record<string, Described> {
  const { apiKey, name, scraped, sidecar = noSidecar } = args;
  const keys = volumeKeys(name);
  return singleStore(args, {
    ports: [
      { name: 'http', port: qdrantPorts.requests, targetPort: qdrantPorts.requests, appProtocol: 'http' },
      { name: 'grpc', port: qdrantPorts.grpc, targetPort: qdrantPorts.grpc, appProtocol: 'kubernetes.io/h2c' },
    ],
    pod: qdrantPod(args),
    podAnnotations: { ...revisionAnnotations({ 'api-key': apiKey?.source }), ...sidecar.annotations },
    serviceLabels: scraped,
    mounts: [keys.storage, keys.snapshots],
    secrets: [apiKey],
  });
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
      withoutLineBreaks({
        name: args.name,
        image: args.image,
        // The image's own.
        ...(args.apiKey ? { command: ['./entrypoint.sh'] } : {}),
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
          ...storeSecretVariable('QDRANT__SERVICE__API_KEY', args.apiKey?.source),
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
      }),
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
