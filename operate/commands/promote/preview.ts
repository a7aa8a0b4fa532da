import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, Verdict } from '../../base/failure';
import { type Showing, startProgress } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import { type ClusterOptions, stackCluster } from '../../cluster/stack-cluster';
import type { OpenStack } from '../../engine';
import { changesInWords } from '../../engine/changes';
import { eventInWords } from '../../engine/event-text';
import { withEngine } from '../../engine/with-engine';
import { dataLosses, lossInWords, type PlannedStep } from '../../preview/data-losses';
import { type DescribedStack, describedStack } from '../../stack';
import { deployTools } from '../../toolchain/manifest';
import { toolsStep } from '../../toolchain/tools-step';

/** What the engine would do to a cluster. */
export interface PromotionPreview {
  /** A line for each resource that would change. */
  readonly steps: readonly string[];
  readonly summary: string;
}

/**
 * Asks the engine what the stack file, as it is now, would change on its cluster.
 *
 * @returns undefined, after saying why, where the cluster cannot be asked or its state is not kept here but in the
 * operator's own backend
 * @throws Failure when the engine refuses the plan, Verdict when it would lose data
 */
export async function previewOf(
  run: CommandRun,
  name: string,
  options: ClusterOptions,
  showing: Showing,
): Promise<PromotionPreview | undefined> {
  const stack = describedStack(run.projectDir, name);
  const cluster = await reachable(run, stack, options);
  if (cluster === undefined) return undefined;
  if (cluster.uid === undefined || !existsSync(join(run.home.state, cluster.uid, 'backend'))) {
    console.error(`the state of ${name} is not kept here: \`pulumi preview --stack ${name}\` shows what would change`);
    return undefined;
  }
  const step = startProgress(showing);
  const tools = await toolsStep(step, run, deployTools);
  return step(
    `Preview of ${name}`,
    (say) => {
      const onWait = () => say('waiting for another run that works on this cluster');
      return withEngine({ run, tools, stack, cluster, onWait }, (open) => ask(open, run.signal));
    },
    ({ summary }) => `Preview of ${name}: ${summary}`,
  );
}

async function reachable(run: CommandRun, stack: DescribedStack, options: ClusterOptions) {
  try {
    return await stackCluster(run.home, stack, options);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`no preview: ${error.message}\n→ ${error.remedy}; later: \`pulumi preview --stack ${stack.name}\``);
    return undefined;
  }
}

async function ask(stack: OpenStack, signal: AbortSignal): Promise<PromotionPreview> {
  const planned: PlannedStep[] = [];
  const steps: string[] = [];
  const { changes } = await stack.preview({
    signal,
    // It is merged later, if at all.
    lookAhead: true,
    onEvent: (event) => {
      if (event.resourcePreEvent) planned.push(event.resourcePreEvent.metadata as unknown as PlannedStep);
      const text = eventInWords(event);
      if (text !== undefined) steps.push(text);
    },
  });
  refuseLosses(planned);
  return { steps, summary: changesInWords(changes) };
}

function refuseLosses(planned: readonly PlannedStep[]): void {
  const losses = dataLosses(planned);
  if (losses.length === 0) return;
  throw new Verdict(
    ['the promoted stack file would lose data', ...losses.map(lossInWords)].join('\n\n'),
    'take the change back (git checkout), or take the documented two steps',
  );
}
