import assert from 'node:assert/strict';
import type { FleetHome } from '../../../operate/base/fleet-home';
import { joinControlPlane } from '../cluster/control-plane';
import { stoppedOnInterrupt } from '../cluster/interrupt';
import { orSkip } from '../contract/missing';
import { endNode, requireNode, startNode, temporaryHome } from './layer';
import { tracesOnMachine } from './traces';

let home: FleetHome | undefined;
let stop: (() => Promise<unknown>) | undefined;
let untouched: Awaited<ReturnType<typeof tracesOnMachine>>;

/** One node for all files of the layer. Where this machine can run none, every test is skipped and one line says why. */
export const mochaHooks = {
  async beforeAll(this: Mocha.Context) {
    // On a machine without any cached tool this builds them all.
    this.timeout(0);
    await orSkip(this, requireNode);
    untouched = await tracesOnMachine();
    const place = temporaryHome();
    home = place;
    stop = stoppedOnInterrupt(() => endNode(place));
    await startNode(place);
    await joinControlPlane(place.root);
  },
  async afterAll() {
    if (home === undefined) return;
    await stop?.();
    assert.deepEqual(await tracesOnMachine(), untouched, 'the node has left something on this machine');
  },
};
