import { resolve } from 'node:path';
import { Failure, messageOf } from '../base/failure';
import { writeAtomically } from '../base/files';
import type { FleetHome } from '../base/fleet-home';
import { connect, get } from './api';
import { oneContext } from './kubeconfig';

/** A cluster that somebody else runs. */
export interface ExistingCluster {
  readonly context: string;
  readonly server: string;
  /** What the server calls itself, such as v1.35.4. */
  readonly version: string;
  /** The uid of the namespace kube-system: the same for the whole life of a cluster, whatever its name or address. */
  readonly uid: string;
  /** Content of a kubeconfig that reaches this cluster only. */
  readonly kubeconfig: string;
}

/**
 * Looks at a cluster without changing anything on it.
 *
 * @param file path of the operator's kubeconfig
 * @param context @default its current context
 * @throws Failure where there is no such context or the cluster does not answer
 */
export async function examineCluster(file: string, context?: string): Promise<ExistingCluster> {
  const path = resolve(file);
  const alone = oneContext(path, context);
  return { context: alone.context, kubeconfig: alone.content, ...(await ask(path, alone.context)) };
}

/**
 * Keeps the cluster's kubeconfig in the fleet home, readable by its owner only.
 *
 * @returns its path
 */
export function keepKubeconfig(home: FleetHome, cluster: ExistingCluster): string {
  const { kubeconfig } = home.cluster(cluster.uid);
  writeAtomically(kubeconfig, cluster.kubeconfig, 0o600);
  return kubeconfig;
}

async function ask(path: string, context: string) {
  const api = await connect(path, context);
  try {
    const version = await get<{ gitVersion: string }>(api, '/version');
    const system = await get<{ metadata: { uid: string } }>(api, '/api/v1/namespaces/kube-system');
    if (version === undefined || system === undefined) throw new Error('it has no /version or no kube-system');
    return { server: api.server, version: version.gitVersion, uid: system.metadata.uid };
  } catch (error) {
    throw new Failure(
      `the cluster of context ${context} at ${api.server} does not answer: ${messageOf(error)}`,
      'check the address and that your credentials are valid, for example with `kubectl version`',
    );
  }
}
