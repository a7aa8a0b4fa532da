import { join } from 'node:path';
import { KubeConfig, type KubernetesObject, KubernetesObjectApi } from '@kubernetes/client-node';
import { execa } from 'execa';
import type { Described } from '../../../components/system/described';
import { writeAtomically } from '../../../operate/base/files';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { oneContext } from '../../../operate/cluster/kubeconfig';
import { type ConfigOverrides, loadProgram, type OpenStack, openStack } from '../../../operate/engine';
import { type Tools, toolPath } from '../../../operate/toolchain';
import type { MadeUpCheckout } from '../made-up';
import { cachedTools, clusterName, projectDir } from './lanes';

export { projectDir } from './lanes';

/** A control plane that tests have for themselves, and everything needed to work on it. */
export interface ControlPlane {
  readonly cluster: { readonly kubeconfig: string; readonly server: string };
  readonly tools: Tools;
  /** Reads and writes objects of any kind. */
  readonly objects: KubernetesObjectApi;
  readonly folder: string;
}

let joined: ControlPlane | undefined;

/** The control plane of this lane, or of the layer that has a real node. */
export function controlPlane(): ControlPlane {
  if (!joined) throw new Error('the control plane has not been joined');
  return joined;
}

/** Makes the control plane in a folder the one that {@link controlPlane} returns. */
export async function joinControlPlane(folder: string): Promise<void> {
  if (joined) return;
  const { kubeconfig } = fleetHomeAt(folder).cluster(clusterName);
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const server = config.getCurrentCluster()?.server ?? '';
  const objects = KubernetesObjectApi.makeApiClient(config);
  joined = { cluster: { kubeconfig, server }, tools: await cachedTools(), folder, objects };
}

/** What makes stack `local` one of memory-mcp alone, for tests that are about one system. */
export const onlyMemoryMcp: ConfigOverrides = { 'memory-fleet:contextEngine': undefined };

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

/** Opens a stack of a checkout with one system more, with a state of its own. Its program is loaded from there. */
export function openMadeUpStack({ root }: MadeUpCheckout, stack: string, state: string): Promise<OpenStack> {
  const { cluster, folder, tools } = controlPlane();
  return openStack({
    stack,
    home: fleetHomeAt(folder),
    tools,
    projectDir: root,
    program: loadProgram(root),
    kubeconfig: cluster.kubeconfig,
    stateDir: join(folder, 'state', state),
  });
}

/** A kubeconfig for the control plane whose only context has the name that the stack file asks for. */
export function kubeconfigFor(context: string): string {
  const { cluster, folder } = controlPlane();
  const config = JSON.parse(oneContext(cluster.kubeconfig).content);
  config.contexts[0].name = context;
  config['current-context'] = context;
  const file = join(folder, `kubeconfig-${context}`);
  writeAtomically(file, JSON.stringify(config), 0o600);
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

/** Makes a namespace that this program expects to be there; another lane may do so at the same time. */
export async function ensureNamespace(name: string): Promise<void> {
  if (await live(namespaceOf(name))) return;
  await controlPlane()
    .objects.create(namespaceOf(name))
    .catch((error: { code?: number }) => {
      if (error.code !== 409) throw error;
    });
}

/** Removes a namespace with everything in it, and waits until it is gone. */
export async function removeNamespace(name: string): Promise<void> {
  await abandonNamespace(name);
  await eventually(`namespace ${name} is gone`, async () => !(await live(namespaceOf(name))));
}

/** Has a namespace removed that nobody uses again: what is in it ends while the next tests run. */
export async function abandonNamespace(name: string): Promise<void> {
  if (await live(namespaceOf(name))) await controlPlane().objects.delete(namespaceOf(name));
}

function namespaceOf(name: string) {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** Removes the issuers that we made, which are in no namespace: the next file of the lane would find them. */
export async function removeIssuers(): Promise<void> {
  const { objects } = controlPlane();
  const [apiVersion, kind] = ['cert-manager.io/v1', 'ClusterIssuer'];
  const ours = 'app.kubernetes.io/part-of=memory-fleet';
  const { items } = await objects.list(apiVersion, kind, undefined, undefined, undefined, undefined, undefined, ours);
  for (const { metadata } of items)
    await objects.delete({ apiVersion, kind, metadata: { name: metadata?.name ?? '' } });
}

/** Waits until something holds. @throws Error that names it, after `seconds` */
export async function eventually(what: string, holds: () => Promise<boolean>, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`after ${seconds} s still not true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
