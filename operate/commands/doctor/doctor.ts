import { writeAtomically } from '../../base/files';
import { unlessInterrupted } from '../../base/interrupt';
import { showingFor, startProgress } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import { type ClusterOptions, stackCluster } from '../../cluster/stack-cluster';
import { printReport } from '../../report/print';
import { describedStack } from '../../stack';
import { examine } from './checks';
import { clusterReader } from './cluster-reader';
import { checklist, findingsOf } from './production';
import { reportPage } from './production/markdown';
import { reportPath } from './production/report';

/** What the operator can say to `doctor`. */
export interface DoctorOptions extends ClusterOptions {
  readonly stack: string;
  readonly json?: boolean | undefined;
  /** Go through the production checklist instead. */
  readonly production?: boolean | undefined;
  /** File that the checklist is written to. */
  readonly report?: string | undefined;
  /** Age above which the checklist wants a Secret changed, in days. @default 90 */
  readonly secretDays?: number | undefined;
}

/**
 * Says whether a cluster has what a stack needs of it, or goes through the production checklist. Nothing is written there.
 *
 * @returns 0 when nothing is missing, else 1
 * @throws Failure when the stack cannot be used, or its cluster does not answer or is another one
 */
export async function doctor(run: CommandRun, options: DoctorOptions): Promise<number> {
  const { report, secretDays = 90 } = options;
  const path = report === undefined ? undefined : reportPath(report);
  const stack = describedStack(run.projectDir, options.stack);
  const title = options.production ? `Production checklist of stack ${stack.name}` : `Cluster of stack ${stack.name}`;
  const examined = startProgress(showingFor(options))(
    title,
    async () => {
      const cluster = await stackCluster(run.home, stack, options);
      const about = { stack, cluster, projectDir: run.projectDir, look: clusterReader(cluster.api) };
      const checked = options.production ? await checklist({ ...about, signal: run.signal, secretDays }) : undefined;
      return { cluster, checked, findings: checked ? findingsOf(checked) : await examine(about) };
    },
    ({ cluster, findings }) => `${title}: ${cluster.server}, ${findings.length} checks`,
  );
  const { checked, cluster, findings } = await unlessInterrupted(run.signal, examined);
  if (path !== undefined && checked) {
    const systems = stack.plan.systems.map(({ id }) => id);
    writeAtomically(path, reportPage({ stack: stack.name, systems, cluster, date: new Date() }, checked));
    console.error(`the report is in ${path}`);
  }
  return printReport({ command: 'doctor', stack: stack.name, findings }, options);
}
