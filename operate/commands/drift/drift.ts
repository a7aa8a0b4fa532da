import { showingFor, startProgress } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import { type ClusterOptions, stackCluster } from '../../cluster/stack-cluster';
import { printReport } from '../../report/print';
import { countsInWords, isGood } from '../../report/report';
import { describedStack } from '../../stack';
import { findDrift } from './find-drift';
import type { Drift } from './finding';
import { differencesAsText, driftReport } from './report';

/** What the operator can say to `drift`. */
export interface DriftOptions extends ClusterOptions {
  readonly stack: string;
  /** Also what others own by right. */
  readonly all?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Says how the cluster differs from what the stack describes, and who changed it when. Nothing is changed.
 * @returns the exit code: 1 when there is drift
 */
export async function drift(run: CommandRun, options: DriftOptions): Promise<number> {
  const stack = describedStack(run.projectDir, options.stack);
  const { found } = await startProgress(showingFor(options))(
    `Stack ${stack.name}`,
    async () => {
      const cluster = await stackCluster(run.home, stack, options);
      return { cluster, found: await findDrift(stack, cluster, run.signal) };
    },
    ({ cluster, found: { compared } }) => `Stack ${stack.name}: ${compared} objects compared with ${cluster.context}`,
  );
  const report = driftReport(stack.name, found, options.all === true);
  if (options.json) return printReport(report, options);
  const differences = report.facts?.differences as readonly Drift[];
  if (differences.length > 0) console.log(`\n${differencesAsText(differences)}\n\n${countsInWords(report)}`);
  const { drifted } = report.facts as { drifted: number };
  console.log(drifted === 0 ? '\nno drift' : `\n${drifted} of the objects are not as described`);
  return isGood(report) ? 0 : 1;
}
