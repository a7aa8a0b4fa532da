import assert from 'node:assert/strict';
import { relative } from 'node:path';
import { joinControlPlane, projectDir } from '../cluster/control-plane';
import { stoppedOnInterrupt } from '../cluster/interrupt';
import { Missing, orSkip } from '../contract/missing';
import { endNode, requireNode, startNode, temporaryHome } from './layer';
import { nodeOfRun } from './node-of-run';
import { tracesOnMachine } from './traces';

/** What somebody else starts or ends meanwhile, such as a container of Docker, looks the same. */
const leftSomething = 'the node, or something else that ran beside the tests, has left something on this machine';

let end: (() => Promise<void>) | undefined;

/** In the process that runs the lanes: one node for all files of the layer. Where this machine can run none, each lane skips. */
export async function mochaGlobalSetup(): Promise<void> {
  try {
    await requireNode();
  } catch (error) {
    if (error instanceof Missing) return;
    throw error;
  }
  const untouched = await tracesOnMachine();
  const home = temporaryHome();
  // Known before it starts: who loses patience does so while a node starts.
  const stop = stoppedOnInterrupt(() => endNode(home));
  end = async () => {
    await timed('the end of the node', stop);
    assert.deepEqual(await tracesOnMachine(), untouched, leftSomething);
  };
  await timed('the node', () => startNode(home));
}

export async function mochaGlobalTeardown(): Promise<void> {
  await end?.();
}

let begun = 0;

/** In each lane, before and after each file. Where there is no node every test is skipped, and one line says why. */
export const mochaHooks = {
  async beforeAll(this: Mocha.Context) {
    begun = Date.now();
    const folder = nodeOfRun()?.folder;
    if (folder === undefined) return orSkip(this, requireNode);
    await joinControlPlane(folder);
  },
  afterAll(this: Mocha.Context) {
    const file = this.test?.parent?.suites[0]?.file;
    if (file !== undefined && nodeOfRun() !== undefined) told(relative(projectDir, file), begun);
  },
};

async function timed(what: string, work: () => Promise<unknown>): Promise<void> {
  const since = Date.now();
  await work();
  told(what, since);
}

/** What the layer takes its time for. */
function told(what: string, since: number): void {
  console.log(`    ${what}: ${Math.round((Date.now() - since) / 1000)} s`);
}
