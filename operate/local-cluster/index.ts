import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runChild } from '../child';
import { Failure, Interrupted, messageOf, throwIfInterrupted } from '../failure';
import { readIfExists, writeAtomically } from '../files';
import type { ClusterHome, FleetHome } from '../fleet-home';
import { oneContext } from '../kubeconfig';
import { withLock } from '../lock';
import { type Tools, toolPath } from '../toolchain';
import { toolEnvironment } from '../toolchain/environment';
import { lastLines } from '../toolchain/go';
import { type Api, connect } from './api';
import { ensureDefinitions } from './crds';
import { type Definitions, loadDefinitions } from './definitions';
import { kwokctlConfig, kwokctlOptions } from './kwok-config';
import { ensureNodes, readyNodes } from './nodes';
import { choosePorts } from './ports';
import { type ClusterProcess, clusterProcesses, stopProcesses } from './processes';
import { ensureStorageClasses, type StorageClassSpec, standardClass } from './storage-classes';

export type { ClusterProcess } from './processes';
export type { BindingMode, StorageClassSpec } from './storage-classes';

/** What a control plane is made of. */
export interface ClusterOptions {
  readonly home: FleetHome;
  readonly tools: Tools;
  /** The checkout whose `tools/crds.json` pins the resource definitions. */
  readonly projectDir: string;
  /** Name of the cluster and of its folder. */
  readonly name: string;
  /** Simulated nodes. @default 3 */
  readonly nodes?: number;
  /** Classes of simulated volumes. @default one default class that waits for the first consumer */
  readonly storageClasses?: readonly StorageClassSpec[];
  /** Whether the pinned resource definitions are installed. @default true */
  readonly definitions?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Called with a few words as each step begins. */
  readonly onStep?: ((step: string) => void) | undefined;
}

/** How a cluster came to run: it did not exist, it was stopped or broken, or it ran. */
export type Start = 'created' | 'started' | 'running';

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

/** Seconds until a control plane must answer; generous, because a small machine may be busy. */
const patience = 120;

/** The programs that make a cluster. */
const componentCount = 5;

/**
 * Makes sure that a control plane of that name runs, with its nodes, storage classes and definitions: creates it,
 * starts it again with its data, starts it anew where a process died or a tool has changed, or leaves it alone.
 *
 * Where this throws, no process that it started is left running. A cluster keeps its ports from start to start, except
 * where somebody else took one meanwhile.
 *
 * @throws Failure with the last lines of the log of what did not come up; Interrupted
 */
export async function createCluster(options: ClusterOptions): Promise<Cluster> {
  const { home, name, signal } = options;
  const definitions = await loadDefinitions({
    ...options,
    onFetch: (modules) => options.onStep?.(`fetching resource definitions out of ${modules} Go modules`),
  });
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
  return stopProcesses(kwokFolder(home.cluster(name), name));
}

/** Ends the processes of a cluster and forgets everything about it. */
export async function destroyCluster(home: FleetHome, name: string): Promise<readonly ClusterProcess[]> {
  const ended = await stopCluster(home, name);
  rmSync(home.cluster(name).root, { recursive: true, force: true });
  return ended;
}

async function ensureCluster(options: ClusterOptions, definitions: Definitions): Promise<Cluster> {
  const { home, name, signal } = options;
  const place = home.cluster(name);
  const start = await ensureProcesses(options, definitions);
  try {
    const api = await connect(place.kubeconfig);
    await equip(api, options, definitions);
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
    const reason = explain(kwokFolder(place, name), error);
    if (start !== 'running') await stopCluster(home, name);
    throw reason;
  }
}

async function equip(api: Api, options: ClusterOptions, definitions: Definitions): Promise<void> {
  const nodes = options.nodes ?? 3;
  await ensureNodes(api, nodes);
  await ensureStorageClasses(api, options.storageClasses ?? [standardClass]);
  if (options.definitions !== false) {
    await ensureDefinitions(api, definitions, options.signal, (count) =>
      options.onStep?.(`installing ${count} resource definitions`),
    );
  }
  await until(`${nodes} nodes are ready`, options, async () => (await readyNodes(api)) >= nodes);
}

async function ensureProcesses(options: ClusterOptions, definitions: Definitions): Promise<Start> {
  const { home, name, tools } = options;
  const place = home.cluster(name);
  const folder = kwokFolder(place, name);
  const wanted = JSON.stringify({ options: kwokctlOptions(tools), stages: stagesHash(definitions) });
  const existed = existsSync(join(folder, 'etcd'));
  if (existed && readIfExists(join(place.root, 'wanted.json')) === wanted && (await answers(options))) return 'running';
  options.onStep?.(existed ? 'starting the control plane' : 'creating the control plane');
  await stopProcesses(folder);
  forgetSettings(folder);
  try {
    await kwokctlCreate(options, definitions);
    await until('the API server answers', options, () => answers(options));
  } catch (error) {
    const reason = explain(folder, error);
    await stopProcesses(folder);
    throw reason;
  }
  writeAtomically(join(place.root, 'wanted.json'), wanted);
  return existed ? 'started' : 'created';
}

/**
 * Deletes what kwokctl wrote about a cluster but its data (`etcd`) and its identity (`pki`). kwokctl freezes ports and
 * programs when it creates a cluster; without its files it creates the cluster anew around the data.
 */
function forgetSettings(folder: string): void {
  for (const name of ['kwok.yaml', 'kubeconfig.yaml', 'bin', 'pids']) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

async function kwokctlCreate(options: ClusterOptions, definitions: Definitions): Promise<void> {
  const { home, name, tools, signal } = options;
  const place = home.cluster(name);
  mkdirSync(place.kwok, { recursive: true });
  const config = join(place.root, 'kwokctl.yaml');
  const ports = await choosePorts(join(place.root, 'ports.json'));
  writeAtomically(config, kwokctlConfig(name, kwokctlOptions(tools), ports, definitions.stages));
  // kwokctl takes the kubectl that comes first on the search path.
  const environment = toolEnvironment(home, {
    KWOK_WORKDIR: place.kwok,
    PATH: `${join(toolPath(tools, 'kubectl'), '..')}:${process.env.PATH ?? ''}`,
  });
  const args = ['create', 'cluster', '--name', name, '--config', config, '--kubeconfig', '', '--wait', `${patience}s`];
  const result = await runChild(toolPath(tools, 'kwokctl'), args, { env: environment, signal });
  throwIfInterrupted(signal);
  if (result.exitCode !== 0) throw new Error(lastLines(`${result.stdout}\n${result.stderr}`));
  writeAtomically(place.kubeconfig, oneContext(join(kwokFolder(place, name), 'kubeconfig.yaml')).content, 0o600);
}

/** Whether every process is there and the API server calls itself ready. */
async function answers(options: ClusterOptions): Promise<boolean> {
  const place = options.home.cluster(options.name);
  if (clusterProcesses(kwokFolder(place, options.name)).length < componentCount) return false;
  if (!existsSync(place.kubeconfig)) return false;
  try {
    const api = await connect(place.kubeconfig);
    return (await api.send('GET', '/readyz', { timeoutSeconds: 5 })).status === 200;
  } catch {
    return false;
  }
}

async function until(what: string, options: ClusterOptions, done: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + patience * 1000;
  while (!(await done())) {
    throwIfInterrupted(options.signal);
    if (Date.now() > deadline) throw new Error(`waited ${patience} s until ${what}`);
    await sleep(100);
  }
}

/** Adds what the programs that are not running said last: the reason is there, and kwokctl does not repeat it. */
function explain(folder: string, error: unknown): unknown {
  if (error instanceof Failure || error instanceof Interrupted) return error;
  const running = new Set(clusterProcesses(folder).map((each) => each.name));
  const said = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok-controller']
    .filter((name) => !running.has(name))
    .flatMap((name) => {
      const log = readIfExists(join(folder, 'logs', `${name}.log`));
      return log === undefined ? [] : [`${name}: ${lastLines(log, 2)}`];
    });
  return new Failure(
    `the control plane did not come up: ${[messageOf(error), ...said].join('\n  ')}`,
    `read the logs in ${join(folder, 'logs')}; \`npm run reset\` forgets the cluster and starts from nothing`,
    { cause: error },
  );
}

function stagesHash(definitions: Definitions): string {
  const ours = readFileSync(join(__dirname, 'volume-stages.yaml'));
  return createHash('sha256').update(definitions.stages).update(ours).digest('hex').slice(0, 12);
}

function kwokFolder(place: ClusterHome, name: string): string {
  return join(place.kwok, 'clusters', name);
}
