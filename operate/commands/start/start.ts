import { join } from 'node:path';
import { confirm } from '../../base/ask';
import { Failure } from '../../base/failure';
import { runSteps, type Say, type Step } from '../../base/progress';
import { type CommandRun, localName } from '../../base/run';
import { type ExistingCluster, examineCluster, keepKubeconfig } from '../../cluster/existing-cluster';
import { type Deployed, deployStep, type Target } from '../../engine/deploy-step';
import { type Cluster, createCluster } from '../../local-cluster';
import type { Tools } from '../../toolchain';
import { forgetBuildFiles, hasBuildFiles } from '../../toolchain/go-caches';
import { deployTools } from '../../toolchain/manifest';
import { toolsStep } from '../../toolchain/tools-step';
import { outputsAsText, waysToLook } from './outputs';

/** What the operator can say to `start`. */
export interface StartOptions {
  /** A kubeconfig of an existing cluster to deploy to, instead of a control plane of our own. */
  readonly kubeconfig?: string;
  readonly context?: string;
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
    await startLocal(run);
    return;
  }
  const cluster = await examineCluster(options.kubeconfig, options.context);
  console.log(describe(cluster));
  const question = `Deploy stack ${localName} to this cluster?`;
  if (await confirm(question, { yes: options.yes === true, signal: run.signal })) await startExisting(run, cluster);
  else console.log('nothing was touched');
}

async function startLocal(run: CommandRun): Promise<void> {
  const { home } = run;
  const state: { tools?: Tools; cluster?: Cluster; deployed?: Deployed } = {};
  const controlPlane: Step = {
    title: 'Control plane',
    work: async (say) => {
      state.cluster = await createCluster({ ...run, tools: known(state.tools), name: localName, onStep: say });
      return `Control plane: ${startInWords[state.cluster.start]}, ${state.cluster.server}`;
    },
  };
  const target = (): Target => ({ kubeconfig: known(state.cluster).kubeconfig, stateDir: join(home.state, localName) });
  try {
    await runSteps([
      toolsStep(run, undefined, (tools) => {
        state.tools = tools;
      }),
      controlPlane,
      deployStep(
        run,
        () => known(state.tools),
        target,
        (deployed) => {
          state.deployed = deployed;
        },
      ),
    ]);
  } catch (error) {
    // Who interrupts a start wants nothing to be left running; who meets an error may want to look.
    if (run.signal.aborted && state.cluster !== undefined && state.cluster.start !== 'running')
      await state.cluster.stop();
    throw error;
  }
  await tidy(run);
  report(run, known(state.cluster).kubeconfig, known(state.deployed));
  console.log(
    '\nThe nodes are simulated: the API server, the controllers and the scheduler are real, and no container runs.\n' +
      '`npm stop` ends it and keeps its data, `npm run reset` forgets it.',
  );
}

async function startExisting(run: CommandRun, cluster: ExistingCluster): Promise<void> {
  const state: { tools?: Tools; deployed?: Deployed } = {};
  const kubeconfig = keepKubeconfig(run.home, cluster);
  const target = { kubeconfig, stateDir: join(run.home.state, cluster.uid) };
  await runSteps([
    toolsStep(run, deployTools, (tools) => {
      state.tools = tools;
    }),
    deployStep(
      run,
      () => known(state.tools),
      () => target,
      (deployed) => {
        state.deployed = deployed;
      },
    ),
  ]);
  report(run, kubeconfig, known(state.deployed));
}

/** Every tool is there by now; what only building them needed is many gigabytes. */
async function tidy(run: CommandRun): Promise<void> {
  if (!hasBuildFiles(run.home)) return;
  const work = async (say: Say) => {
    say('taking away sources and compiled packages, which only building needed');
    await forgetBuildFiles(run.home, { signal: run.signal });
    return 'Build files: taken away';
  };
  await runSteps([{ title: 'Build files', work }]);
}

function report(run: CommandRun, kubeconfig: string, { outputs, warnings }: Deployed): void {
  for (const warning of warnings) console.log(`\nwarning: ${warning}`);
  console.log(`\n${outputsAsText(outputs)}`);
  console.log('\nTo look at it:');
  for (const look of waysToLook(run.home, kubeconfig, outputs)) console.log(`  ${look}`);
}

function describe({ context, server, version, uid }: ExistingCluster): string {
  return `Context ${context}\n  server   ${server}\n  version  ${version}\n  identity ${uid} (uid of kube-system)`;
}

const startInWords: Readonly<Record<Cluster['start'], string>> = {
  created: 'created',
  started: 'started again with its data',
  running: 'running already',
};

/** A step runs only after those before it, so what they found is there. */
function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a step ran before the one that it needs');
  return value;
}
