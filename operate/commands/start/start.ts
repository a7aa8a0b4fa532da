import { join } from 'node:path';
import { needsOf } from '../../../components/needs';
import { canAsk, confirm } from '../../base/ask';
import { Failure } from '../../base/failure';
import { type RunStep, startProgress } from '../../base/progress';
import { type CommandRun, localName } from '../../base/run';
import { type Api, connect, get } from '../../cluster/api';
import { knownUid, type StackCluster, stackCluster } from '../../cluster/stack-cluster';
import { type Deployed, deployStep, type WithStack } from '../../engine/deploy';
import { lastStackFile, withEngine, withEngineAt } from '../../engine/with-engine';
import { type Cluster, createCluster } from '../../local-cluster';
import type { Nodes } from '../../local-cluster/kinds-of-nodes';
import { requireMachine } from '../../local-cluster/node';
import { missingOf, toDoInWords } from '../../needs/missing';
import { type DescribedStack, describedStack } from '../../stack';
import { forgetBuildFiles, hasBuildFiles } from '../../toolchain/go-caches';
import { deployTools, nodeTools, type ToolName, toolNames } from '../../toolchain/manifest';
import { toolsStep } from '../../toolchain/tools-step';
import { type ChosenStack, chosenStack } from './images';
import { refuseOthersNamespaces } from './namespaces';
import { inspectionCommands, kubectlOf, outputsAsText } from './outputs';

/** What the operator can say to `start`. */
export interface StartOptions {
  /** A kubeconfig of an existing cluster to deploy to, instead of a control plane of our own. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Whether the control plane of our own gets a real node, on which pods run, instead of simulated ones. @default false */
  readonly real?: boolean;
  /** Images of an existing cluster or a real node by their keys, each as `KEY=IMAGE`. */
  readonly image?: readonly string[];
  readonly yes?: boolean;
}

/**
 * Obtains the tools, runs a control plane (or takes an existing cluster, after naming it and asking), deploys the stack
 * `local` and tells how to look at it. Doing it again changes only what has changed.
 */
export async function start(run: CommandRun, options: StartOptions): Promise<void> {
  if (options.kubeconfig === undefined) {
    if (options.context !== undefined) {
      throw new Failure(
        `--context ${options.context} was given without --kubeconfig`,
        'name the file that has this context',
      );
    }
    if (options.image !== undefined && !options.real) {
      throw new Failure(
        '--image was given without --kubeconfig or --real',
        'leave it out: simulated nodes pull no images',
      );
    }
    await (options.real ? startReal(run, options) : startLocal(run, simulatedPlace(run)));
    return;
  }
  if (options.real) {
    throw new Failure('--real was given with --kubeconfig', 'leave it out: a cluster that exists has its own nodes');
  }
  const described = describedStack(run.projectDir, localName);
  const cluster = await stackCluster(run.home, described, options);
  console.log(describe(cluster));
  const yes = options.yes === true;
  const chosen = await withPulledImages(run, described, knownUid(cluster), options);
  const systems = chosen.stack.plan.systems.map(({ path }) => path.join('.')).join(' and ');
  await refuseOthersNamespaces((path) => get(cluster.api, path), chosen.stack);
  const question = `Deploy ${systems} of stack ${localName} to this cluster?`;
  if (await confirm(question, { yes, signal: run.signal })) await startExisting(run, chosen, cluster);
  else console.log('nothing was touched');
}

/** The stack as nodes that pull images can run it. Says what is left out. */
async function withPulledImages(
  run: CommandRun,
  described: DescribedStack,
  state: string,
  { image, yes }: StartOptions,
): Promise<ChosenStack> {
  const last = lastStackFile(run.home, state, localName);
  const chosen = await chosenStack(described, { ...run, image, lastStackFile: last, mayAsk: !yes && canAsk() });
  for (const system of chosen.leftOut) {
    console.log(`${system} is left out: nobody publishes its image, and none was named (--image ${system}=IMAGE)`);
  }
  return chosen;
}

/** A control plane of our own before it runs. */
interface LocalPlace {
  readonly chosen: Pick<ChosenStack, 'stack' | 'overrides'>;
  readonly nodes: Nodes;
  readonly names?: readonly ToolName[];
  /** What is true of its nodes, for whoever looks at it. */
  readonly told: string;
}

function simulatedPlace(run: CommandRun): LocalPlace {
  return {
    chosen: { stack: describedStack(run.projectDir, localName), overrides: {} },
    nodes: 'simulated',
    told: 'The nodes are simulated: the API server, the controllers and the scheduler are real, and no container runs.',
  };
}

async function startReal(run: CommandRun, options: StartOptions): Promise<void> {
  requireMachine();
  const described = describedStack(run.projectDir, localName);
  await startLocal(run, {
    chosen: await withPulledImages(run, described, localName, options),
    nodes: 'real',
    names: [...toolNames, ...nodeTools],
    told: `The node is real: containers run on this machine, in namespaces of their own, and network policies hold.`,
  });
}

async function startLocal(run: CommandRun, { chosen, nodes, names, told }: LocalPlace): Promise<void> {
  const step = startProgress();
  const tools = await toolsStep(step, run, names);
  const cluster = await step(
    'Control plane',
    (say) => createCluster({ ...run, tools, name: localName, nodes, onStep: say }),
    ({ server, start: how }) => `Control plane: ${startInWords[how]}, ${server}`,
  );
  const { kubeconfig } = cluster;
  const place = { stack: localName, kubeconfig, stateDir: join(run.home.state, localName) };
  const withStack: WithStack = (work, onWait) =>
    withEngineAt({ run, tools, onWait }, place, work, () => chosen.overrides);
  const deployed = await deployStep(step, localName, withStack, run.signal).catch(async (error: unknown) => {
    // Who interrupts a start wants nothing to be left running; who meets an error may want to look.
    if (run.signal.aborted && cluster.start !== 'running') await cluster.stop();
    throw error;
  });
  if (hasBuildFiles(run.home)) await removeBuildFiles(step, run);
  report(run, kubeconfig, deployed);
  const api = await connect(kubeconfig);
  await tellToDo(run, chosen.stack, { api, kubeconfig, ownConfig: true });
  console.log(`\n${told}\n\`npm stop\` ends it and keeps its data, \`npm run reset\` forgets it.`);
}

async function startExisting(run: CommandRun, { overrides, stack }: ChosenStack, cluster: StackCluster): Promise<void> {
  const step = startProgress();
  const tools = await toolsStep(step, run, deployTools);
  const deployed = await deployStep(
    step,
    stack.name,
    (work, onWait) => withEngine({ run, tools, stack, cluster, onWait, overrides }, work),
    run.signal,
  );
  const { kubeconfig } = run.home.cluster(knownUid(cluster));
  report(run, kubeconfig, deployed);
  await tellToDo(run, stack, { api: cluster.api, kubeconfig, ownConfig: false });
}

/** Every tool is there by now; what only building them needed is many gigabytes. */
function removeBuildFiles(step: RunStep, run: CommandRun): Promise<void> {
  return step(
    'Build files',
    (say) => {
      say('removing sources and compiled packages, which only building needed');
      return forgetBuildFiles(run.home, { signal: run.signal });
    },
    () => 'Build files: removed',
  );
}

function report(run: CommandRun, kubeconfig: string, { outputs, warnings }: Deployed): void {
  for (const warning of warnings) console.log(`\nwarning: ${warning}`);
  console.log(`\n${outputsAsText(outputs)}`);
  console.log('\nTo look at it:');
  for (const look of inspectionCommands(run.home, kubeconfig, outputs)) console.log(`  ${look}`);
}

/** A cluster that was deployed to. */
interface Reached {
  readonly api: Api;
  readonly kubeconfig: string;
  /** Whether the stack's commands find it by themselves. */
  readonly ownConfig: boolean;
}

/** What somebody still has to bring. Nothing that was deployed waits for it. */
async function tellToDo(
  run: CommandRun,
  { name, plan }: DescribedStack,
  { api, kubeconfig, ownConfig }: Reached,
): Promise<void> {
  const needs = needsOf(plan, name);
  const absent = await Promise.all(needs.map((need) => missingOf((path) => get(api, path), need)));
  const missing = needs.filter((_, index) => absent[index] !== undefined);
  if (missing.length === 0) return;
  console.log(`\n${toDoInWords(missing, kubectlOf(run.home, kubeconfig), ownConfig ? undefined : kubeconfig)}`);
}

function describe(cluster: StackCluster): string {
  const { context, server, version } = cluster;
  const identity = `${knownUid(cluster)} (uid of kube-system)`;
  return `Context ${context}\n  server   ${server}\n  version  ${version}\n  identity ${identity}`;
}

const startInWords: Readonly<Record<Cluster['start'], string>> = {
  created: 'created',
  started: 'started again with its data',
  running: 'running already',
};
