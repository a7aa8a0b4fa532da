import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { Failure, messageOf } from '../base/failure';
import type { FleetHome } from '../base/fleet-home';
import type { DescribedStack } from '../stack';
import { type Api, connectWith, get } from './api';
import { oneContext, oneContextOf } from './kubeconfig';

/** What the operator can say about the cluster of a stack. */
export interface ClusterOptions {
  /** @default KUBECONFIG, else ~/.kube/config; for stack `local` the control plane of `start`, where it runs */
  readonly kubeconfig?: string | undefined;
  /** @default `cluster.context` of the stack file, else the kubeconfig's current context */
  readonly context?: string | undefined;
}

/** The cluster of a stack, known to be the right one. */
export interface StackCluster {
  readonly api: Api;
  /** For the official client's typed calls; its current context is the stack's. */
  readonly kubeConfig: KubeConfig;
  /** The file that it was read from, where it is one file. */
  readonly kubeconfigFile?: string | undefined;
  readonly context: string;
  readonly server: string;
  /** What the server calls itself, such as v1.35.4. */
  readonly version: string;
  /** The uid of the namespace kube-system, where the user may read it. */
  readonly uid: string | undefined;
}

/**
 * Reaches the cluster of a stack, and makes sure that it is the one that the stack file names by `cluster.uid`.
 *
 * @throws Failure when there is no such context, nobody answers, or it is another cluster
 */
export async function stackCluster(
  home: FleetHome,
  { name, config }: Pick<DescribedStack, 'name' | 'config'>,
  options: ClusterOptions = {},
): Promise<StackCluster> {
  const file = kubeconfigFile(home, name, options.kubeconfig);
  const kubeConfig = readKubeconfig(file);
  const context = options.context ?? (isOwn(home, name, options) ? undefined : config.cluster.context);
  if (context !== undefined) use(kubeConfig, context);
  const cluster = await examine(kubeConfig, file);
  if (config.cluster.uid !== undefined && config.cluster.uid !== cluster.uid) {
    const found = cluster.uid ?? 'whose uid you may not read';
    throw new Failure(
      `context ${cluster.context} reaches the cluster ${found}, and stack ${name} belongs to ${config.cluster.uid}`,
      `choose another context by --context, or correct cluster.uid in Pulumi.${name}.yaml`,
    );
  }
  return cluster;
}

/**
 * The uid of a cluster, for what is kept apart by it.
 * @throws Failure when the user may not read it
 */
export function knownUid({ context, uid }: Pick<StackCluster, 'context' | 'uid'>): string {
  if (uid !== undefined) return uid;
  throw new Failure(
    `with context ${context} you may not read the namespace kube-system, whose uid tells clusters apart`,
    'ask for the right to get it',
  );
}

/** Content of a kubeconfig that reaches this cluster and no other, from anywhere on this machine. */
export function standaloneKubeconfig({ context, kubeConfig, kubeconfigFile: file }: StackCluster): string {
  return (file === undefined ? oneContextOf(kubeConfig.exportConfig(), context) : oneContext(file, context)).content;
}

function isOwn(home: FleetHome, stack: string, options: ClusterOptions): boolean {
  return options.kubeconfig === undefined && stack === 'local' && existsSync(home.cluster(stack).kubeconfig);
}

/** Undefined where the client's own search decides: several files, the home directory, or the inside of a cluster. */
function kubeconfigFile(home: FleetHome, stack: string, given: string | undefined): string | undefined {
  if (given !== undefined) return resolve(given);
  return isOwn(home, stack, {}) ? home.cluster(stack).kubeconfig : undefined;
}

function readKubeconfig(file: string | undefined): KubeConfig {
  const config = new KubeConfig();
  try {
    if (file !== undefined) config.loadFromFile(file);
    else config.loadFromDefault();
  } catch (error) {
    throw new Failure(`the kubeconfig cannot be read: ${messageOf(error)}`, 'name one by --kubeconfig or KUBECONFIG', {
      cause: error,
    });
  }
  return config;
}

function use(config: KubeConfig, context: string): void {
  const known = config.getContexts().map(({ name }) => name);
  if (!known.includes(context)) {
    throw new Failure(
      `the kubeconfig has no context ${context}`,
      `name another by --context or --kubeconfig; it has: ${known.join(', ') || 'none'}`,
    );
  }
  config.setCurrentContext(context);
}

async function examine(kubeConfig: KubeConfig, kubeconfigFile: string | undefined): Promise<StackCluster> {
  const context = kubeConfig.getCurrentContext();
  const address = kubeConfig.getCurrentCluster()?.server ?? 'no address';
  try {
    const api = await connectWith(kubeConfig);
    const version = await get<{ gitVersion: string }>(api, '/version');
    if (version === undefined) throw new Error('it has no /version');
    const { server } = api;
    return { api, kubeConfig, kubeconfigFile, context, server, version: version.gitVersion, uid: await uidOf(api) };
  } catch (error) {
    throw new Failure(
      `the cluster of context ${context} at ${address} does not answer: ${messageOf(error)}`,
      'check the address and that your credentials are valid, for example with `kubectl version`',
      { cause: error },
    );
  }
}

/** Many who may write to a namespace may not read others. */
async function uidOf(api: Api): Promise<string | undefined> {
  const { status, body } = await api.send('GET', '/api/v1/namespaces/kube-system');
  if (status === 403) return undefined;
  if (status >= 300) throw new Error(`it does not show its namespace kube-system (${status})`);
  return (JSON.parse(body) as { metadata: { uid: string } }).metadata.uid;
}
