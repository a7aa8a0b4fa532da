import { confirm } from '../../base/ask';
import { Failure, Verdict } from '../../base/failure';
import { writeAtomically } from '../../base/files';
import { showingFor, startProgress } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import { type ClusterOptions, type StackCluster, stackCluster } from '../../cluster/stack-cluster';
import { withEngine } from '../../engine/with-engine';
import { printReport, reportAsText } from '../../report/print';
import { countsInWords, isGood } from '../../report/report';
import { type DescribedStack, describedStack } from '../../stack';
import { deployTools } from '../../toolchain/manifest';
import { toolsStep } from '../../toolchain/tools-step';
import { applyAdoption } from './apply';
import { importFile } from './import-file';
import { type AdoptionPlan, planAdoption, takenObjects } from './plan';
import { adoptionReport } from './report';

/** What the operator can say to `adopt`. */
export interface AdoptOptions extends ClusterOptions {
  readonly stack: string;
  /** Do it, after asking. */
  readonly apply?: boolean | undefined;
  readonly yes?: boolean | undefined;
  /** File to write for `pulumi import --file`. */
  readonly writeImport?: string | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Takes a system that runs already into a stack. Without `apply` it only says what would happen.
 * @returns the exit code: 1 where something is refused
 */
export async function adopt(run: CommandRun, options: AdoptOptions): Promise<number> {
  if (options.json && options.apply) {
    throw new Failure('--json tells of the plan, and --apply asks and acts', 'use one of them');
  }
  const stack = describedStack(run.projectDir, options.stack);
  const step = startProgress(showingFor(options));
  const { cluster, plan } = await step(
    `Stack ${stack.name}`,
    async () => {
      const reached = await stackCluster(run.home, stack, options);
      return { cluster: reached, plan: await planAdoption(stack, reached, run.signal) };
    },
    (found) => `Stack ${stack.name}: ${found.plan.adoptions.length} objects compared with ${found.cluster.context}`,
  );
  if (options.writeImport !== undefined) writeImport(options.writeImport, stack, plan);
  const report = adoptionReport(stack.name, plan);
  if (options.json) return printReport(report, options);
  console.log(`\n${reportAsText(report)}\n\n${countsInWords(report)}; nothing is replaced, nothing is deleted`);
  if (!isGood(report)) {
    if (!options.apply) return 1;
    throw new Verdict('something above is refused, so nothing was adopted', 'mend it as it says, then run this again');
  }
  if (!options.apply) {
    console.log('\nThis is a plan, nothing was changed. --apply does it.');
    return 0;
  }
  const question = `Adopt ${takenObjects(plan).length} objects on ${cluster.context} (${cluster.server}) into stack ${stack.name}?`;
  if (await confirm(question, { yes: options.yes === true, signal: run.signal }))
    await apply(run, stack, cluster, plan);
  else console.log('nothing was touched');
  return 0;
}

function writeImport(file: string, stack: DescribedStack, plan: AdoptionPlan): void {
  writeAtomically(file, `${JSON.stringify(importFile(stack.name, takenObjects(plan)), null, 2)}\n`);
}

async function apply(run: CommandRun, stack: DescribedStack, cluster: StackCluster, plan: AdoptionPlan): Promise<void> {
  const step = startProgress();
  const tools = await toolsStep(step, run, deployTools);
  const taken = takenObjects(plan).length;
  await step(
    'Adoption',
    (say) => {
      const onWait = () => say('waiting for another run that works on this cluster');
      return withEngine({ run, tools, stack, cluster, onWait }, (open) => applyAdoption(plan, open, say, run.signal));
    },
    () => `Adoption: ${taken} taken over, ${plan.adoptions.length - taken} created, each the same object as before`,
  );
}
