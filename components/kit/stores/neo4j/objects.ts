import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IContainer, IEnvVar, IPodSpec, IVolume, IVolumeMount } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../../../config/cluster';
import type { Described } from '../../../system/described';
import { type RunAs, resourceRequirements, type Sizing } from '../../objects/pod';
import { httpProbes } from '../../objects/probes';
import { anyAddress } from '../../parts/listening';
import { revisionAnnotations } from '../../parts/secrets';
import { passwordFile, passwordStorePod } from '../password-file';
import { type StoreArgs, type StoreSecret, type StoreVolume, singleStore, storeVolume } from '../single';
import { neo4jMemory } from './memory';

/** Ports of the pod, and of its Services: what drivers speak, and the API that backups and probes ask. */
export const neo4jPorts = { bolt: 7687, http: 7474 } as const;

/** Its only user; Community Edition knows no roles. */
export const neo4jUserName = 'neo4j';

/** A path that answers everybody, with a password and without. */
export const neo4jAlive = '/';

/** Where the image keeps its data. */
export const neo4jFolder = '/data';

/** The user of the image. */
export const neo4jUser: RunAs = { uid: 7474, gid: 7474 };

/** Of every Neo4j, a living one and that of a drill. */
export const neo4jCommand = ['bash', '-c', readFileSync(join(__dirname, 'start.sh'), 'utf8'), 'start'];

const configFolder = '/run/neo4j';

export interface Neo4jArgs extends StoreArgs {
  readonly cluster: Pick<ClusterFacts, 'ipFamilies'>;
  readonly resources: Sizing;
  readonly storage: StoreVolume;
  /** Password that clients must show, as the user {@link neo4jUserName}: at least eight characters. */
  readonly password: StoreSecret;
}

/**
 * Neo4j, Community Edition: one replica, its claim, and the Services that lead to it.
 * @see https://neo4j.com/docs/operations-manual/5/docker/
 */
export function neo4jObjects(args: Neo4jArgs): Record<string, Described> {
  const { metadata, name, password, selector, storage } = args;
  const storageKey = `${name}Storage`;
  const { bolt, http } = neo4jPorts;
  return {
    [storageKey]: storeVolume(storage, (claim) => metadata(claim, selector)),
    ...singleStore(args, {
      ports: [
        { name: 'bolt', port: bolt, targetPort: bolt },
        { name: 'http', port: http, targetPort: http, appProtocol: 'http' },
      ],
      pod: neo4jPod(args),
      podAnnotations: revisionAnnotations({ password: password.source }),
      mounts: [storageKey],
      secrets: [password],
    }),
  };
}

/**
 * What every Neo4j is told besides its password.
 *
 * @param bind address that it listens on
 * @param advertised host by which clients reach it
 */
export function neo4jEnvironment({ memoryLimit }: Sizing, bind: string, advertised: string): IEnvVar[] {
  const { direct, heap, pageCache } = neo4jMemory(memoryLimit);
  const kibibytes = (name: string, bytes: bigint) => ({ name, value: String(bytes / 1024n) });
  return [
    { name: 'BIND', value: bind },
    { name: 'ADVERTISED', value: advertised },
    kibibytes('HEAP', heap),
    kibibytes('PAGE_CACHE', pageCache),
    kibibytes('DIRECT', direct),
    { name: 'NEO4J_CONF', value: configFolder },
    { name: 'DATA', value: neo4jFolder },
  ];
}

/** What every Neo4j mounts besides its data: places that it writes to, on a root file system that it cannot write to. */
export function neo4jScratch(prefix = ''): { mounts: IVolumeMount[]; volumes: IVolume[] } {
  const places = [
    { name: `${prefix}conf`, mountPath: configFolder, sizeLimit: '1Mi' },
    { name: `${prefix}logs`, mountPath: '/logs', sizeLimit: '1Gi' },
    { name: `${prefix}tmp`, mountPath: '/tmp', sizeLimit: '256Mi' },
  ];
  return {
    mounts: places.map(({ mountPath, name }) => ({ name, mountPath })),
    volumes: places.map(({ name, sizeLimit }) => ({ name, emptyDir: { sizeLimit } })),
  };
}

function neo4jPod(args: Neo4jArgs): IPodSpec {
  const { cluster, image, name, resources } = args;
  const password = passwordFile(args, '/run/neo4j-password');
  const { mounts, volumes } = neo4jScratch();
  const container: IContainer = {
    name,
    image,
    command: [...neo4jCommand],
    env: [...neo4jEnvironment(resources, anyAddress(cluster), name), { name: 'PASSWORD_FILE', value: password.path }],
    ports: Object.entries(neo4jPorts).map(([port, containerPort]) => ({ name: port, containerPort })),
    ...httpProbes({
      port: neo4jPorts.http,
      // After a crash it works through what it had written down, and it starts twice.
      startupSeconds: 1800,
      ready: { path: neo4jAlive, timeoutSeconds: 5 },
      alive: { timeoutSeconds: 10 },
    }),
    resources: resourceRequirements(resources),
    volumeMounts: [{ name: 'storage', mountPath: neo4jFolder }, password.mount, ...mounts],
  };
  return passwordStorePod(args, password, { runAs: neo4jUser, container, after: volumes });
}
