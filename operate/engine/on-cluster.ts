import { basename, join } from 'node:path';
import { writeAtomically } from '../base/files';
import { withLock } from '../base/lock';
import type { CommandRun } from '../base/run';
import { oneContext } from '../cluster/kubeconfig';
import { knownUid, type StackCluster } from '../cluster/stack-cluster';
import type { DescribedStack } from '../stack';
import { readStackFile } from '../stack-file';
import type { Tools } from '../toolchain';
import { type ConfigOverrides, type OpenStack, openStack } from './index';

/** The engine's place of a cluster, and who has to know when somebody else works there. */
export interface EngineRun {
  readonly run: CommandRun;
  readonly tools: Tools;
  readonly stack: DescribedStack;
  readonly cluster: StackCluster;
  readonly onWait: () => void;
}

/** Works with the engine on the state that `start --kubeconfig` keeps for this cluster, one command at a time. */
export async function withEngine<T>(engine: EngineRun, work: (stack: OpenStack) => Promise<T>): Promise<T> {
  const { run, tools, stack, cluster, onWait } = engine;
  const stateDir = join(run.home.state, knownUid(cluster));
  const open = async () => {
    const kubeconfig = keepKubeconfig(engine);
    const configOverrides = contextOverride(run.projectDir, stack, cluster);
    return work(await openStack({ ...run, stack: stack.name, tools, kubeconfig, stateDir, configOverrides }));
  };
  return withLock(run.home.locks, `state-${basename(stateDir)}`, open, { signal: run.signal, onWait });
}

/** The engine gets a kubeconfig that reaches this cluster alone, readable by its owner only. */
function keepKubeconfig({ run, cluster }: EngineRun): string {
  const { kubeconfig } = run.home.cluster(knownUid(cluster));
  writeAtomically(kubeconfig, cluster.kubeConfig.exportConfig(), 0o600);
  writeAtomically(kubeconfig, oneContext(kubeconfig, cluster.context).content, 0o600);
  return kubeconfig;
}

/** That kubeconfig has one context, whatever the stack file calls it. */
function contextOverride(projectDir: string, { name }: DescribedStack, { context }: StackCluster): ConfigOverrides {
  const { cluster } = readStackFile(join(projectDir, `Pulumi.${name}.yaml`));
  return { 'memory-fleet:cluster': { ...(cluster as object | undefined), context } };
}
