import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IContainer, IEnvVar, IPodSpec, IVolume, IVolumeMount } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../../../config/cluster';
import { billionths } from '../../../../config/fields/quantities';
import type { Described } from '../../../system/described';
import { configMap } from '../../objects/config-map';
import { contentHash } from '../../objects/content-hash';
import { hardenedPod, pullSecrets, type RunAs, resourceRequirements, type Sizing } from '../../objects/pod';
import { httpProbes } from '../../objects/probes';
import { initContainersOf, secretGate } from '../../parts/gate';
import { anyAddress } from '../../parts/listening';
import { revisionAnnotations } from '../../parts/secrets';
import { storeSecretVariable } from '../client';
import { type StoreArgs, type StoreSecret, type StoreVolume, singleStore, storeVolume } from '../single';

/** Port of the pod, and of its Services. */
export const chromaPorts = { requests: 8000 } as const;

/** Where the image keeps its data. */
export const chromaFolder = '/chroma/chroma';

/** The image runs as root unless its pod says otherwise, and has no user of its own. */
export const chromaUser: RunAs = { uid: 1000, gid: 1000 };

/** A path that answers everybody, with a token and without. */
export const chromaAlive = '/api/v2/heartbeat';

const loggingFolder = '/etc/chroma';
const loggingFile = 'logging.yml';
/** What the image has besides writes a file into a folder that only root may write to. */
const logging = { [loggingFile]: readFileSync(join(__dirname, loggingFile), 'utf8') };

export interface ChromaArgs extends StoreArgs {
  readonly cluster: Pick<ClusterFacts, 'ipFamilies'>;
  /** An image of version 0.6. */
  readonly image: string;
  readonly resources: Sizing;
  readonly storage: StoreVolume;
  /** Token that clients must show. @default none, network policies alone protect it */
  readonly token?: StoreSecret | undefined;
}

/**
 * Chroma: one replica, its claim, and the Services that lead to it.
 * @see https://docs.trychroma.com/docs/overview/migration
 */
export function chromaObjects(args: ChromaArgs): Record<string, Described> {
  const { metadata, name, selector, storage, token } = args;
  const [storageKey, loggingKey] = [`${name}Storage`, `${name}Logging`];
  return {
    [storageKey]: storeVolume(storage, (claim) => metadata(claim, selector)),
    [loggingKey]: configMap(metadata(loggingName(name), selector), logging),
    ...singleStore(args, {
      ports: [{ name: 'http', port: chromaPorts.requests, targetPort: chromaPorts.requests, appProtocol: 'http' }],
      pod: chromaPod(args),
      podAnnotations: { ...revisionAnnotations({ token: token?.source }), ...contentHash('logging', logging) },
      mounts: [storageKey, loggingKey],
      secrets: [token],
    }),
  };
}

const loggingName = (name: string) => `${name}-logging`;

/** The environment of every Chroma, a living one and that of a drill. */
export function chromaEnvironment({ cluster, resources }: Pick<ChromaArgs, 'cluster' | 'resources'>): IEnvVar[] {
  return [
    { name: 'CHROMA_HOST_ADDR', value: anyAddress(cluster) },
    { name: 'CHROMA_HOST_PORT', value: String(chromaPorts.requests) },
    { name: 'CHROMA_LOG_CONFIG', value: `${loggingFolder}/${loggingFile}` },
    { name: 'IS_PERSISTENT', value: 'TRUE' },
    { name: 'PERSIST_DIRECTORY', value: chromaFolder },
    { name: 'ALLOW_RESET', value: 'FALSE' },
    { name: 'ANONYMIZED_TELEMETRY', value: 'FALSE' },
    // Without a limit every index that was ever asked for stays in memory, until the kernel ends the server.
    { name: 'CHROMA_SEGMENT_CACHE_POLICY', value: 'LRU' },
    { name: 'CHROMA_MEMORY_LIMIT_BYTES', value: indexBytes(resources) },
  ];
}

/** Memory for indexes: what is left is for the server, SQLite and the requests under way. */
function indexBytes({ memoryLimit }: Sizing): string {
  const bytes = (billionths(memoryLimit) ?? 0n) / 1_000_000_000n;
  return String((bytes * 3n) / 5n);
}

/** What asks for the token. The provider is set only together with it: Chroma does not start with one and no token. */
function tokenEnvironment(token: StoreSecret | undefined): IEnvVar[] {
  if (!token) return [];
  return [
    {
      name: 'CHROMA_SERVER_AUTHN_PROVIDER',
      value: 'chromadb.auth.token_authn.TokenAuthenticationServerProvider',
    },
    ...storeSecretVariable('CHROMA_SERVER_AUTHN_CREDENTIALS', token.source),
  ];
}

/**
 * What every Chroma mounts besides its data: how it logs, and room for temporary files.
 *
 * @param prefix of the names of the volumes
 */
export function chromaMounts(name: string, prefix = ''): { mounts: IVolumeMount[]; volumes: IVolume[] } {
  const [logs, temporary] = [`${prefix}logging`, `${prefix}tmp`];
  return {
    mounts: [
      { name: logs, mountPath: loggingFolder, readOnly: true },
      { name: temporary, mountPath: '/tmp' },
    ],
    volumes: [
      { name: logs, configMap: { name: loggingName(name) } },
      { name: temporary, emptyDir: { sizeLimit: '1Gi' } },
    ],
  };
}

function chromaPod(args: ChromaArgs): IPodSpec {
  const { image, name, storage, token } = args;
  const { namespace = 'default' } = args.metadata(name, args.selector);
  const entries = token ? [{ source: token.source, value: 'random' as const }] : [];
  const gate = secretGate({ image, namespace, entries });
  const { mounts, volumes } = chromaMounts(name);
  const container: IContainer = {
    name,
    image,
    env: [...chromaEnvironment(args), ...tokenEnvironment(token)],
    ports: [{ name: 'http', containerPort: chromaPorts.requests }],
    ...httpProbes({
      port: chromaPorts.requests,
      // A new version changes its database first.
      startupSeconds: 600,
      ready: { path: chromaAlive, timeoutSeconds: 5 },
      alive: { timeoutSeconds: 10 },
    }),
    resources: resourceRequirements(args.resources),
    volumeMounts: [{ name: 'storage', mountPath: chromaFolder }, ...mounts],
  };
  return hardenedPod(chromaUser, {
    serviceAccountName: args.serviceAccountName,
    ...pullSecrets(args.imagePullSecrets),
    ...args.placement,
    terminationGracePeriodSeconds: 60,
    ...initContainersOf(gate),
    containers: [container],
    volumes: [
      { name: 'storage', persistentVolumeClaim: { claimName: storage.claimName } },
      ...volumes,
      ...gate.volumes,
    ],
  });
}
