import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FleetHome, fleetHome, fleetHomeAt } from '../../../operate/base/fleet-home';
import { withLock } from '../../../operate/base/lock';
import { connect } from '../../../operate/cluster/api';
import { createCluster, destroyCluster, type LocalClusterOptions } from '../../../operate/local-cluster';
import { loadDefinitions } from '../../../operate/local-cluster/definitions';
import { ensureStorageClasses } from '../../../operate/local-cluster/storage-classes';
import { obtainTools, type Tools } from '../../../operate/toolchain';
import { toolsInWords } from '../../../operate/toolchain/go';
import { type ToolName, toolNames } from '../../../operate/toolchain/manifest';
import { fromTheStart } from './definitions';
import { interrupt, stoppedOnInterrupt } from './interrupt';

/**
 * Each lane of a run works through test files, one after the other, on a control plane of its own: what they have in
 * common are namespaces, nodes and searches over a whole cluster. The process that runs the lanes starts and ends the
 * control planes; a lane finds its own by this variable, a list of folders, and by the number that mocha gives it.
 */
const variable = 'TEST_CONTROL_PLANES';

/** The checkout under test. */
export const projectDir = join(__dirname, '..', '..', '..');

/** The name of the control plane in the home of a lane. */
export const clusterName = 'test';

/** Real tools out of the usual cache. */
export function cachedTools(names: readonly ToolName[] = toolNames): Promise<Tools> {
  return obtainTools({
    home: fleetHome(),
    projectDir,
    names,
    onEvent: (event) => {
      if (event.kind === 'building') console.log(`    building ${toolsInWords(event.pins)}`);
    },
  });
}

/** How a control plane is started, and started again. */
export function clusterOptions(home: FleetHome, tools: Tools): LocalClusterOptions {
  return {
    home,
    tools,
    projectDir,
    name: clusterName,
    definitions: fromTheStart,
    signal: interrupt,
  };
}

/** Classes that stacks of this project name, beside those that every local control plane has. */
export const storageClasses = [
  { name: 'ceph-block', bindingMode: 'Immediate' },
  { name: 'standard-rwo', bindingMode: 'WaitForFirstConsumer' },
  { name: 'local-path', bindingMode: 'WaitForFirstConsumer' },
  { name: 'block', bindingMode: 'WaitForFirstConsumer' },
  { name: 'files', bindingMode: 'Immediate' },
  { name: 'nfs-client', bindingMode: 'Immediate' },
] as const;

/**
 * Starts a control plane for each lane: tools and resource definitions, which are the same for every run, out of the usual
 * cache, everything else in a folder of this run alone.
 *
 * @returns ends them all, and removes their folders
 */
export async function startLanes(count: number): Promise<() => Promise<void>> {
  const tools = await cachedTools();
  const folders = Array.from({ length: count }, () => mkdtempSync(join(tmpdir(), 'memory-fleet-test-')));
  // Known before it starts: who loses patience does so while a control plane starts.
  const stops = folders.map((folder) => stoppedOnInterrupt(() => endControlPlane(fleetHomeAt(folder))));
  await loadDefinitions({ home: fleetHome(), projectDir, signal: interrupt });
  await Promise.all(folders.map((folder) => startIn(fleetHomeAt(folder), tools)));
  process.env[variable] = JSON.stringify(folders);
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}

async function startIn(home: FleetHome, tools: Tools): Promise<void> {
  symlinkSync(fleetHome().definitions, home.definitions);
  const { kubeconfig } = await createCluster(clusterOptions(home, tools));
  await ensureStorageClasses(await connect(kubeconfig), storageClasses);
}

/** The folder of the lane that this process is. */
export function laneFolder(): string {
  const lane = Number(process.env.MOCHA_WORKER_ID ?? 0);
  const folder: string | undefined = JSON.parse(process.env[variable] ?? '[]')[lane];
  if (folder === undefined) throw new Error(`no control plane was started for lane ${lane}; LANES says how many`);
  return folder;
}

/** Ends it when nobody is starting it any more, and removes its folder. */
export async function endControlPlane(home: FleetHome): Promise<void> {
  await withLock(home.locks, `cluster-${clusterName}`, () => destroyCluster(home, clusterName));
  rmSync(home.root, { recursive: true, force: true, maxRetries: 5 });
}
