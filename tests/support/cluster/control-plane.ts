import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig, type KubernetesObject, KubernetesObjectApi } from '@kubernetes/client-node';
import { execa } from 'execa';
import type { Described } from '../../../components/system/described';
import { type FleetHome, fleetHome, fleetHomeAt } from '../../../operate/base/fleet-home';
import { withLock } from '../../../operate/base/lock';
import { oneContext } from '../../../operate/cluster/kubeconfig';
import { type ConfigOverrides, type OpenStack, openStack } from '../../../operate/engine';
import { type Cluster, createCluster, destroyCluster } from '../../../operate/local-cluster';
import { readStackFile } from '../../../operate/stack-file';
import { obtainTools, type Tools, toolPath } from '../../../operate/toolchain';
import { fromTheStart } from './definitions';
import { interrupt, stoppedOnInterrupt } from './interrupt';

/** The checkout under test. */
export const projectDir = join(__dirname, '..', '..', '..');

/** A control plane of the test run's own, and everything needed to work on it. */
export interface ControlPlane {
  readonly cluster: Cluster;
  readonly tools: Tools;
  /** Reads and writes objects of any kind. */
  readonly objects: KubernetesObjectApi;
  readonly folder: string;
}

let running: (ControlPlane & { readonly stop: () => Promise<unknown> }) | undefined;

/** The control plane of this run. The root hooks start it before the first test. */
export function controlPlane(): ControlPlane {
  if (!running) throw new Error('the control plane has not been started');
  return running;
}

/** Real tools out of the usual cache. */
export function cachedTools(): Promise<Tools> {
  return obtainTools({
    home: fleetHome(),
    projectDir,
    onEvent: (event) => {
      if (event.kind === 'building') console.log(`    building ${event.pin.name} ${event.pin.version}`);
    },
  });
}

/**
 * Starts the control plane: tools and resource definitions, which are the same for every run, out of the usual cache,
 * everything else in a folder of this run alone.
 */
export async function startControlPlane(): Promise<void> {
  const tools = await cachedTools();
  const folder = mkdtempSync(join(tmpdir(), 'memory-fleet-test-'));
  const home = fleetHomeAt(folder);
  const name = 'test';
  // Known before it starts: who loses patience does so while a control plane starts.
  const stop = stoppedOnInterrupt(() => endControlPlane(home, name));
  const cluster = await createCluster({
    home,
    cache: fleetHome(),
    tools,
    projectDir,
    name,
    definitions: fromTheStart,
    signal: interrupt,
    storageClasses: [
      { name: 'standard', bindingMode: 'WaitForFirstConsumer', default: true },
      { name: 'ceph-block', bindingMode: 'Immediate' },
      { name: 'standard-rwo', bindingMode: 'WaitForFirstConsumer' },
      { name: 'local-path', bindingMode: 'WaitForFirstConsumer' },
      { name: 'nfs-client', bindingMode: 'Immediate' },
      { name: 'shared', bindingMode: 'Immediate' },
    ],
  });
  const config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfig);
  running = { cluster, tools, folder, objects: KubernetesObjectApi.makeApiClient(config), stop };
}

/** Ends a control plane of a run, when nobody is starting it any more, and removes its folder. */
export async function endControlPlane(home: FleetHome, name: string): Promise<void> {
  await withLock(home.locks, `cluster-${name}`, () => destroyCluster(home, name));
  rmSync(home.root, { recursive: true, force: true, maxRetries: 5 });
}

/** Ends every process of the control plane and removes its folder. */
export async function stopControlPlane(): Promise<void> {
  await running?.stop();
  running = undefined;
}

/** What makes stack `local` one of memory-mcp alone, for tests that are about one system. */
export const onlyMemoryMcp: ConfigOverrides = { 'memory-fleet:contextEngine': undefined };

/** What makes a stack the whole of its file again, stack `local` with its other system. */
export function everySystem(stack: string): ConfigOverrides {
  const keys = Object.entries(readStackFile(join(projectDir, `Pulumi.${stack}.yaml`)));
  return Object.fromEntries(keys.map(([key, value]) => [`memory-fleet:${key}`, value]));
}

/**
 * Opens a stack of the checkout against the control plane, with a state of its own. Stack `local` has memory-mcp alone
 * unless the overrides say otherwise: tests that run side by side would share the namespace of its other system.
 */
export function openTestStack(stack: string, state: string, configOverrides?: ConfigOverrides): Promise<OpenStack> {
  const { folder, tools } = controlPlane();
  return openStack({
    stack,
    home: fleetHomeAt(folder),
    tools,
    projectDir,
    kubeconfig: kubeconfigFor(stack),
    stateDir: join(folder, 'state', state),
    configOverrides: { ...(stack === 'local' ? onlyMemoryMcp : {}), ...configOverrides },
  });
}

/** A kubeconfig for the control plane whose only context has the name that the stack file asks for. */
function kubeconfigFor(context: string): string {
  const { cluster, folder } = controlPlane();
  const config = JSON.parse(oneContext(cluster.kubeconfig).content);
  config.contexts[0].name = context;
  config['current-context'] = context;
  const file = join(folder, `kubeconfig-${context}`);
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

/** The live object of a described one, or undefined where there is none. */
export async function live<T extends KubernetesObject = KubernetesObject & Record<string, unknown>>(object: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}): Promise<T | undefined> {
  const { name, namespace = '' } = object.metadata;
  try {
    return (await controlPlane().objects.read({
      apiVersion: object.apiVersion,
      kind: object.kind,
      metadata: { name, namespace },
    })) as T;
  } catch (error) {
    if ((error as { code?: number }).code === 404) return undefined;
    throw error;
  }
}

/**
 * What the API server warns of when objects are applied as they are described, every field checked strictly. Their
 * namespaces must exist.
 * @throws Error with its answer when it refuses one
 */
export async function apiWarnings(items: readonly Described['object'][]): Promise<string[]> {
  const { cluster, folder, tools } = controlPlane();
  const { stderr } = await execa(
    toolPath(tools, 'kubectl'),
    ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--validate=strict', '-f', '-'],
    {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
      env: { KUBECONFIG: cluster.kubeconfig, KUBECACHEDIR: join(folder, 'kubectl') },
    },
  );
  return stderr.split('\n').filter((line) => line !== '');
}

/** Makes a namespace that this program expects to be there. */
export async function ensureNamespace(name: string): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  if (!(await live(namespace))) await controlPlane().objects.create(namespace);
}

/** Removes a namespace with everything in it, and waits until it is gone. */
export async function removeNamespace(name: string): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  if (!(await live(namespace))) return;
  await controlPlane().objects.delete(namespace);
  await eventually(`namespace ${name} is gone`, async () => !(await live(namespace)));
}

/** Waits until something holds. @throws Error that names it, after `seconds` */
export async function eventually(what: string, holds: () => Promise<boolean>, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`after ${seconds} s still not true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
