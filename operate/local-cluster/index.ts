import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, throwIfInterrupted } from '../base/failure';
import type { FleetHome } from '../base/fleet-home';
import { withLock } from '../base/lock';
import { type Api, connect } from '../cluster/api';
import type { Tools } from '../toolchain';
import { allRun, certificatesOf, ensureControlPlane, explain, kwokFolder, type Start, until } from './control-plane';
import { ensureDefinitions } from './crds';
import { type Definitions, loadDefinitions } from './definitions';
import { ensureIngressClass } from './ingress-class';
import { hasReal, hasSimulated, type Nodes } from './kinds-of-nodes';
import { ensureNode, requireMachine, stopNode } from './node';
import { ensureNodes, readyNodes } from './nodes';
import { type ClusterProcess, stopProcesses } from './processes';
import { ensureStorageClasses, sharedClass, standardClass } from './storage-classes';

export type { Start } from './control-plane';
export type { ClusterProcess } from './processes';

/** How many nodes of a control plane are simulated, where any are. */
const simulated = 3;

/** What a control plane is made of. */
export interface LocalClusterOptions {
  readonly home: FleetHome;
  readonly tools: Tools;
  /** The checkout whose `tools/crds.json` pins the resource definitions. */
  readonly projectDir: string;
  /** Name of the cluster and of its folder. */
  readonly name: string;
  /** Which of the pinned resource definitions are installed, by their names. @default all */
  readonly definitions?: (name: string) => boolean;
  /** What its nodes are. @default simulated */
  readonly nodes?: Nodes;
  /** Archives of images that a real node is to have without a registry. @default none */
  readonly images?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** Called with a few words as each step begins. */
  readonly onStep?: ((step: string) => void) | undefined;
}

/** A control plane that runs. */
export interface Cluster {
  readonly name: string;
  readonly start: Start;
  /** Path of a kubeconfig for it that stands alone. */
  readonly kubeconfig: string;
  /** URL of its API server. */
  readonly server: string;
  /** Ends its processes and keeps its data. @returns what was ended */
  stop(): Promise<readonly ClusterProcess[]>;
  /** Ends its processes and forgets its data. @returns what was ended */
  destroy(): Promise<readonly ClusterProcess[]>;
}

/**
 * Makes sure that a control plane of that name runs, with its nodes, storage classes and definitions: creates it,
 * starts it again with its data, starts it anew where a process died or a tool has changed, or leaves it alone.
 *
 * Where this throws, no process that it started is left running. A cluster keeps its ports from start to start, except
 * where somebody else took one meanwhile.
 *
 * @throws Failure with the last lines of the log of what did not come up; Interrupted
 */
export async function createCluster(options: LocalClusterOptions): Promise<Cluster> {
  const { home, name, signal } = options;
  refuseSpaces(home.cluster(name).root);
  if (hasReal(options.nodes ?? 'simulated')) requireMachine();
  const pinned = await loadDefinitions({
    home,
    projectDir: options.projectDir,
    signal,
    onFetch: (modules) => options.onStep?.(`fetching resource definitions out of ${modules} Go modules`),
  });
  const isWanted = options.definitions ?? (() => true);
  const definitions = { ...pinned, crds: pinned.crds.filter(({ metadata }) => isWanted(metadata.name)) };
  return withLock(home.locks, `cluster-${name}`, () => ensureCluster(options, definitions), {
    signal,
    onWait: () => options.onStep?.('waiting for another run that works on this cluster'),
  });
}

/**
 * Ends the processes of a cluster, whether or not it is whole, and keeps its data.
 *
 * @returns what was ended; nothing where it did not run
 */
export async function stopCluster(home: FleetHome, name: string): Promise<readonly ClusterProcess[]> {
  const node = await stopNode(home, name);
  return [...node, ...(await stopProcesses(kwokFolder(home, name)))];
}

/** Ends the processes of a cluster and forgets everything about it. */
export async function destroyCluster(home: FleetHome, name: string): Promise<readonly ClusterProcess[]> {
  const ended = await stopCluster(home, name);
  rmSync(home.cluster(name).root, { recursive: true, force: true });
  return ended;
}

async function ensureCluster(options: LocalClusterOptions, definitions: Definitions): Promise<Cluster> {
  const { home, name, signal } = options;
  const place = home.cluster(name);
  const start = await ensureControlPlane(options, definitions);
  try {
    // A node that is still there knows the control plane that ran before, by its port and its certificates.
    if (start !== 'running') await stopNode(home, name);
    const api = await connect(place.kubeconfig);
    await equip(api, options, definitions);
    if (hasReal(options.nodes ?? 'simulated')) {
      const authority = join(certificatesOf(home, name), 'ca.crt');
      await ensureNode({ ...options, api, authority, cluster: name, kubeconfig: place.kubeconfig });
    }
    throwIfInterrupted(signal);
    return {
      name,
      start,
      kubeconfig: place.kubeconfig,
      server: api.server,
      stop: () => stopCluster(home, name),
      destroy: () => destroyCluster(home, name),
    };
  } catch (error) {
    const reason = explain(kwokFolder(home, name), error);
    if (start !== 'running') await stopCluster(home, name);
    throw reason;
  }
}

async function equip(api: Api, options: LocalClusterOptions, definitions: Definitions): Promise<void> {
  const nodes = options.nodes ?? 'simulated';
  const count = hasSimulated(nodes) ? simulated : 0;
  await ensureNodes(api, count, hasReal(nodes));
  await ensureStorageClasses(api, [standardClass, sharedClass]);
  await ensureIngressClass(api);
  await ensureDefinitions(api, definitions, options.signal, (count) =>
    options.onStep?.(`installing ${count} resource definitions`),
  );
  const whole = async () => allRun(options.home, options.name) && (await readyNodes(api)) >= count;
  await until(`every program runs and ${count} simulated nodes are ready`, options, whole);
}

/** kwokctl reads its folder from the environment up to the first space, and would work in another one. */
function refuseSpaces(path: string): void {
  if (!/\s/.test(path)) return;
  throw new Failure(
    `kwok cannot keep a cluster in a folder with a space in its path: ${path}`,
    'set FLEET_HOME to a path without spaces',
  );
}
