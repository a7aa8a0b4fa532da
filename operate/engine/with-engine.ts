import { basename, join } from 'node:path';
import { writeAtomically } from '../base/files';
import type { FleetHome } from '../base/fleet-home';
import { withLock } from '../base/lock';
import type { CommandRun } from '../base/run';
import { knownUid, type StackCluster, standaloneKubeconfig } from '../cluster/stack-cluster';
import type { DescribedStack } from '../stack';
import { readStackFile, stackFilePath } from '../stack-file';
import type { Tools } from '../toolchain';
import { type ConfigOverrides, type OpenStack, openStack } from './index';

/** What the engine works with, and who has to know when somebody else works there. */
interface Engine {
  readonly run: CommandRun;
  readonly tools: Tools;
  readonly onWait: () => void;
}

/** The engine's place of a stack's cluster. */
export interface EngineRun extends Engine {
  readonly stack: DescribedStack;
  readonly cluster: StackCluster;
  /** Configuration on top of the stack file, besides the context. @default none */
  readonly overrides?: ConfigOverrides;
}

/**
 * The stack file that the engine last worked with on a cluster.
 *
 * @param state name of the folder of the cluster's state: its uid, or the name of a control plane of our own
 */
export function lastStackFile(home: FleetHome, state: string, stack: string): string {
  return join(home.state, state, 'work', stack, `Pulumi.${stack}.yaml`);
}

/** Works with the engine on the state that is kept for this cluster, one command at a time. */
export async function withEngine<T>(engine: EngineRun, work: (stack: OpenStack) => Promise<T>): Promise<T> {
  const { run, stack, cluster } = engine;
  const uid = knownUid(cluster);
  const { kubeconfig } = run.home.cluster(uid);
  const place = { stack: stack.name, kubeconfig, stateDir: join(run.home.state, uid) };
  return withEngineAt(engine, place, work, () => {
    // The engine gets a kubeconfig that reaches this cluster alone, readable by its owner only.
    writeAtomically(kubeconfig, standaloneKubeconfig(cluster), 0o600);
    return { ...engine.overrides, ...contextOverride(run.projectDir, stack, cluster) };
  });
}

/** Where the engine works on a stack. */
export interface EnginePlace {
  /** Name of the stack. */
  readonly stack: string;
  readonly kubeconfig: string;
  readonly stateDir: string;
}

/** {@link withEngine} for a cluster whose kubeconfig and state have a place already. */
export function withEngineAt<T>(
  { run, tools, onWait }: Engine,
  place: EnginePlace,
  work: (stack: OpenStack) => Promise<T>,
  overrides: () => ConfigOverrides = () => ({}),
): Promise<T> {
  const open = async () => work(await openStack({ ...run, tools, ...place, configOverrides: overrides() }));
  return withLock(run.home.locks, `state-${basename(place.stateDir)}`, open, { signal: run.signal, onWait });
}

/** That kubeconfig has one context, whatever the stack file calls it. */
function contextOverride(projectDir: string, { name }: DescribedStack, { context }: StackCluster): ConfigOverrides {
  const { cluster } = readStackFile(stackFilePath(projectDir, name));
  return { 'memory-fleet:cluster': { ...(cluster as object | undefined), context } };
}
