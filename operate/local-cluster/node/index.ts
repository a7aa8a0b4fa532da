import { mkdirSync } from 'node:fs';
import { throwIfInterrupted } from '../../base/failure';
import type { FleetHome } from '../../base/fleet-home';
import { waitFor } from '../../base/wait';
import { type Api, get } from '../../cluster/api';
import type { Tools } from '../../toolchain';
import { holds, type WithConditions } from '../nodes';
import { makeCgroups } from './cgroups';
import { apiPort, type NodeFiles, writeConfiguration } from './configuration';
import { startContainerd, startKubelet, startServices } from './daemons';
import { ensureDns } from './dns';
import { importImages, packOwnImages } from './images';
import { cannotStart, createNamespaces, type Inside, isWhole } from './namespaces';
import { connectNode } from './network';
import { nodeName, nodePlace } from './place';
import { obtainPrograms } from './programs';
import { loadModules, requireMachine } from './requirements';
import { stopNode } from './stop';

export { nodePlace } from './place';
export { requireMachine } from './requirements';
export { stopNode } from './stop';

/** What a real node needs. */
export interface NodeOptions {
  readonly home: FleetHome;
  readonly tools: Tools;
  /** Name of the cluster that it belongs to. */
  readonly cluster: string;
  /** The cluster's kubeconfig. */
  readonly kubeconfig: string;
  /** File of the certificate that the cluster's clients are signed by. */
  readonly authority: string;
  readonly api: Api;
  /** Archives of images that the node is to have without a registry. @default none */
  readonly images?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((step: string) => void) | undefined;
}

/** Seconds until a part of the node must be ready; generous, because a small machine may be busy. */
const patience = 120;

/** Labels of the node; one place beside the zones of the simulated ones. */
const labels = { 'topology.kubernetes.io/region': 'local', 'topology.kubernetes.io/zone': 'local-real' };

/**
 * Makes sure that a real node runs and is ready, with DNS, Services, volumes and network policies; one of which a program has
 * ended is started anew. Where this throws,
 * nothing of it is left running.
 *
 * @throws Failure where the machine cannot run one or a part did not come up; Interrupted
 */
export async function ensureNode(options: NodeOptions): Promise<void> {
  const place = nodePlace(options.home, options.cluster);
  if (isWhole(place) && (await isReady(options.api))) return;
  requireMachine();
  await stopNode(options.home, options.cluster);
  try {
    await start(options);
  } catch (error) {
    await stopNode(options.home, options.cluster);
    throw error;
  }
}

async function start(options: NodeOptions): Promise<void> {
  const { home, tools, cluster, kubeconfig, signal, onStep } = options;
  const place = nodePlace(home, cluster);
  mkdirSync(place.folder, { recursive: true });
  onStep?.('looking for what a real node runs');
  const programs = await obtainPrograms(place);
  const own = await packOwnImages(tools, programs, place.folder);
  const files = writeConfiguration(place, programs, options);
  throwIfInterrupted(signal);
  onStep?.('starting a real node');
  await loadModules();
  makeCgroups(place.cgroup);
  const inside: Inside = { place, env: programs.env, pid: await createNamespaces(place, programs.env) };
  await connectNode(inside, programs, apiPort(kubeconfig));
  await startContainerd(inside, programs, files);
  await importImages(
    inside,
    own.map(({ path }) => path),
  );
  // Nothing that starts until the node is ready needs the others.
  await Promise.all([importImages(inside, options.images ?? []), serve(inside, options, files)]);
}

async function serve(inside: Inside, { api, onStep, signal, tools }: NodeOptions, files: NodeFiles): Promise<void> {
  const kubelet = startKubelet(inside, tools, files, labels);
  const until = async (what: string, holds: () => Promise<boolean>) => {
    const look = async () => {
      if (kubelet.code !== undefined) throw cannotStart('its kubelet', kubelet.log);
      return (await holds()) || undefined;
    };
    if (!(await waitFor(look, { seconds: patience, period: 200, signal }))) throw cannotStart(what, kubelet.log);
  };
  // The API server counts in whole seconds.
  const since = Math.floor(Date.now() / 1000) * 1000;
  await until('ready', () => isReady(api, since));
  await startServices(inside, tools);
  await ensureDns(api);
  onStep?.('waiting for the DNS on the real node');
  await until('its DNS', () => hasDns(api));
}

/** @param since moment in milliseconds; a node that ran before still says that it is ready */
async function isReady(api: Api, since = 0): Promise<boolean> {
  return holds(await get<WithConditions>(api, `/api/v1/nodes/${nodeName}`), 'Ready', since);
}

async function hasDns(api: Api): Promise<boolean> {
  return holds(await get<WithConditions>(api, '/apis/apps/v1/namespaces/kube-system/deployments/coredns'), 'Available');
}
