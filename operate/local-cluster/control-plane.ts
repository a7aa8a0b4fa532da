import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runChild } from '../base/child';
import { Failure, Interrupted, messageOf, throwIfInterrupted } from '../base/failure';
import { readIfExists, writeAtomically } from '../base/files';
import type { FleetHome } from '../base/fleet-home';
import { waitFor } from '../base/wait';
import { connect, Refused } from '../cluster/api';
import { oneContext } from '../cluster/kubeconfig';
import { type Tools, toolPath } from '../toolchain';
import { toolEnvironment } from '../toolchain/environment';
import { lastLines } from '../toolchain/go';
import type { Definitions } from './definitions';
import { hasReal, type Nodes, requireSameNodes } from './kinds-of-nodes';
import { kwokctlConfig, kwokctlOptions } from './kwok-config';
import { nodePlace } from './node';
import { choosePorts } from './ports';
import { clusterProcesses, componentNames, stopProcesses } from './processes';

/** How a cluster came to run: it did not exist, it was stopped or broken, or it ran. */
export type Start = 'created' | 'started' | 'running';

/** What the processes of a control plane need. */
export interface ControlPlaneOptions {
  readonly home: FleetHome;
  readonly tools: Tools;
  readonly name: string;
  /** What its nodes are. @default simulated */
  readonly nodes?: Nodes | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((step: string) => void) | undefined;
}

/** Seconds until a control plane must answer; generous, because a small machine may be busy. */
const patience = 300;

/** Seconds between two looks for a program that has ended. */
const revivePeriod = 5;

/** Where kwokctl keeps a cluster. */
export function kwokFolder(home: FleetHome, name: string): string {
  return join(home.cluster(name).kwok, 'clusters', name);
}

/**
 * Makes sure that the five programs of a control plane run and that the API server answers.
 *
 * Where this throws, none of them is left running.
 *
 * @throws Failure with the last lines of the log of what did not come up; Interrupted
 */
export async function ensureControlPlane(options: ControlPlaneOptions, definitions: Definitions): Promise<Start> {
  const { home, name, tools, nodes = 'simulated' } = options;
  const place = home.cluster(name);
  const folder = kwokFolder(home, name);
  const wanted = JSON.stringify({ options: kwokctlOptions(tools, nodes), stages: stagesHash(definitions) });
  const existed = existsSync(join(dataFolder(home, name), 'etcd', 'member'));
  if (existed) requireSameNodes(nodesOf(home, name), nodes);
  writeAtomically(nodesFile(home, name), nodes);
  if (existed && readIfExists(join(place.root, 'wanted.json')) === wanted && (await answers(options))) return 'running';
  options.onStep?.(existed ? 'starting the control plane' : 'creating the control plane');
  await stopProcesses(folder);
  try {
    layOut(folder, dataFolder(home, name));
    await create(options, definitions);
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
 * Waits until something holds, and starts programs again that end meanwhile: on a busy machine the controller manager
 * gives up before the API server is ready, and nobody else would start it again.
 *
 * @throws Error after five minutes, naming what was waited for; Interrupted
 */
export async function until(what: string, options: ControlPlaneOptions, done: () => Promise<boolean>): Promise<void> {
  let revived = Date.now();
  const look = async () => {
    if (await done()) return true;
    if (Date.now() > revived + revivePeriod * 1000) {
      await revive(options);
      revived = Date.now();
    }
    return undefined;
  };
  const held = await waitFor(look, { seconds: patience, period: 100, signal: options.signal });
  if (held === undefined) throw new Error(`waited ${patience} s until ${what}`);
}

/** Adds what the programs that are not running said last: the reason is there, and kwokctl does not repeat it. */
export function explain(folder: string, error: unknown): unknown {
  if (error instanceof Interrupted || (error instanceof Failure && !(error instanceof Refused))) return error;
  const said = ended(folder).flatMap((name) => {
    const log = readIfExists(join(folder, 'logs', `${name}.log`));
    return log === undefined ? [] : [`${name}: ${lastLines(log, 2)}`];
  });
  return new Failure(
    `the control plane did not come up: ${[messageOf(error), ...said].join('\n  ')}`,
    `read the logs in ${join(folder, 'logs')}; \`npm run reset\` forgets the cluster and starts from nothing`,
    { cause: error },
  );
}

/** What the nodes of a cluster are that was made here. */
export function nodesOf(home: FleetHome, name: string): string {
  return readIfExists(nodesFile(home, name)) ?? 'simulated';
}

function nodesFile(home: FleetHome, name: string): string {
  return join(home.cluster(name).root, 'nodes');
}

/** Where a running cluster has its certificates and their keys. */
export function certificatesOf(home: FleetHome, name: string): string {
  return join(kwokFolder(home, name), 'pki');
}

/** What a cluster must not lose: the store, and the keys that its tokens and certificates were made with. */
function dataFolder(home: FleetHome, name: string): string {
  return join(home.cluster(name).root, 'data');
}

/**
 * Prepares a cluster's folder for being created anew around its data: kwokctl freezes ports and programs when it
 * creates a cluster, and a cluster whose creation fails it deletes with everything in its folder. So the data lies
 * outside, the store behind a link and the keys as a copy.
 */
function layOut(folder: string, data: string): void {
  for (const name of ['kwok.yaml', 'kubeconfig.yaml', 'bin', 'pids', 'pki', 'etcd']) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
  mkdirSync(folder, { recursive: true });
  mkdirSync(join(data, 'etcd'), { recursive: true, mode: 0o700 });
  symlinkSync(join(data, 'etcd'), join(folder, 'etcd'));
  if (existsSync(join(data, 'pki'))) cpSync(join(data, 'pki'), join(folder, 'pki'), { recursive: true });
}

async function create(options: ControlPlaneOptions, definitions: Definitions): Promise<void> {
  const { home, name, tools, nodes = 'simulated' } = options;
  const place = home.cluster(name);
  mkdirSync(place.kwok, { recursive: true });
  const config = join(place.root, 'kwokctl.yaml');
  const ports = await choosePorts(join(place.root, 'ports.json'));
  const real = { volumes: nodePlace(home, name).volumes, certificates: certificatesOf(home, name) };
  const content = [name, kwokctlOptions(tools, nodes), ports, definitions.stages] as const;
  writeAtomically(config, kwokctlConfig(...content, hasReal(nodes) ? real : undefined));
  await kwokctl(options, ['create', 'cluster', '--config', config, '--kubeconfig', '']);
  cpSync(certificatesOf(home, name), join(dataFolder(home, name), 'pki'), { recursive: true });
  writeAtomically(place.kubeconfig, oneContext(join(kwokFolder(home, name), 'kubeconfig.yaml')).content, 0o600);
}

async function revive(options: ControlPlaneOptions): Promise<void> {
  const folder = kwokFolder(options.home, options.name);
  const missing = ended(folder);
  if (missing.length === 0) return;
  // kwokctl takes a number in a pid file for a running program, whoever it belongs to by now.
  for (const name of missing) rmSync(join(folder, 'pids', `${name}.pid`), { force: true });
  await kwokctl(options, ['start', 'cluster']);
}

async function kwokctl(options: ControlPlaneOptions, args: readonly string[]): Promise<void> {
  const { home, name, tools, signal } = options;
  const env = toolEnvironment(home, {
    KWOK_WORKDIR: home.cluster(name).kwok,
    // kwokctl takes the kubectl that comes first on the search path.
    PATH: `${dirname(toolPath(tools, 'kubectl'))}:${process.env.PATH ?? ''}`,
  });
  const result = await runChild(toolPath(tools, 'kwokctl'), [...args, '--name', name], { env, signal });
  throwIfInterrupted(signal);
  if (result.exitCode !== 0) throw new Error(kwokctlError(result.stderr));
}

/** kwokctl writes one JSON object a line; the last one with an error has the reason. */
export function kwokctlError(stderr: string): string {
  const errors = stderr.split('\n').flatMap((line) => /"err":("(?:[^"\\]|\\.)*")/.exec(line)?.[1] ?? []);
  const last = errors.at(-1);
  return last === undefined ? lastLines(stderr) : (JSON.parse(last) as string).trim();
}

/**
 * Whether every program runs and the API server calls itself ready. A server that is gone refuses at once; one that is
 * only busy gets its time, because the alternative is to start it anew, which takes longer.
 */
async function answers({ home, name }: ControlPlaneOptions): Promise<boolean> {
  const { kubeconfig } = home.cluster(name);
  if (!existsSync(kubeconfig) || !allRun(home, name)) return false;
  try {
    const api = await connect(kubeconfig);
    return (await api.send('GET', '/readyz', { timeoutSeconds: 30 })).status === 200;
  } catch {
    return false;
  }
}

/** Whether every program of a control plane runs. */
export function allRun(home: FleetHome, name: string): boolean {
  return ended(kwokFolder(home, name)).length === 0;
}

function ended(folder: string): readonly string[] {
  const running = new Set(clusterProcesses(folder).map((each) => each.name));
  return componentNames.filter((name) => !running.has(name));
}

function stagesHash(definitions: Definitions): string {
  const ours = readFileSync(join(__dirname, 'volume-stages.yaml'));
  return createHash('sha256').update(definitions.stages).update(ours).digest('hex').slice(0, 12);
}
