import { unlessInterrupted } from '../../base/interrupt';
import { showingFor, startProgress } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import { type ClusterOptions, stackCluster } from '../../cluster/stack-cluster';
import { printReport } from '../../report/print';
import type { Finding } from '../../report/report';
import { describedStack } from '../../stack';
import { type Check, type Examined, finding } from './check';
import { access } from './checks/access';
import { argocd } from './checks/argocd';
import { certificates } from './checks/certificates';
import { clusterNetwork } from './checks/cluster-network';
import { entrances } from './checks/entrances';
import { followed } from './checks/followed';
import { gateway } from './checks/gateway';
import { images } from './checks/images';
import { ingress } from './checks/ingress';
import { issuers } from './checks/issuers';
import { kinds } from './checks/kinds';
import { madeSecrets } from './checks/made-secrets';
import { metrics } from './checks/metrics';
import { monitoring } from './checks/monitoring';
import { namespaces } from './checks/namespaces';
import { needs } from './checks/needs';
import { network } from './checks/network';
import { notices } from './checks/notices';
import { pods } from './checks/pods';
import { remotes } from './checks/remotes';
import { secretReaders } from './checks/secret-readers';
import { secretStores } from './checks/secret-stores';
import { server } from './checks/server';
import { snapshots } from './checks/snapshots';
import { storage } from './checks/storage';
import { clusterReader } from './cluster-reader';

/** Every check, in the order of the report: the cluster, what must be on it, what we bring. */
const checks: readonly Check[] = [
  ...[
    server,
    access,
    kinds,
    namespaces,
    storage,
    snapshots,
    gateway,
    ingress,
    issuers,
    certificates,
    entrances,
    network,
    clusterNetwork,
    metrics,
  ],
  ...[argocd, followed, monitoring, secretStores, madeSecrets, needs, secretReaders, remotes, images, pods, notices],
];

/** What the operator can say to `doctor`. */
export interface DoctorOptions extends ClusterOptions {
  readonly stack: string;
  readonly json?: boolean | undefined;
}

/**
 * Says whether a cluster has what a stack needs of it. Nothing is written.
 *
 * @returns 0 when nothing is missing, else 1
 * @throws Failure when the stack cannot be used, or its cluster does not answer or is another one
 */
export async function doctor(run: CommandRun, options: DoctorOptions): Promise<number> {
  const stack = describedStack(run.projectDir, options.stack);
  const title = `Cluster of stack ${stack.name}`;
  const examined = startProgress(showingFor(options))(
    title,
    async () => {
      const cluster = await stackCluster(run.home, stack, options);
      const findings = await examine({ stack, cluster, projectDir: run.projectDir, look: clusterReader(cluster.api) });
      return { cluster, findings };
    },
    ({ cluster, findings }) => `${title}: ${cluster.server}, ${findings.length} checks`,
  );
  const { findings } = await unlessInterrupted(run.signal, examined);
  return printReport({ command: 'doctor', stack: stack.name, findings }, options);
}

/** What every check finds. */
export async function examine(examined: Examined): Promise<readonly Finding[]> {
  return Promise.all(checks.flatMap((check) => check(examined)).map(finding));
}
