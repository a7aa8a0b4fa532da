import { joinControlPlane } from './control-plane';
import { laneFolder, startLanes } from './lanes';

let stop: (() => Promise<void>) | undefined;

/** In the process that runs the lanes. On a machine without any cached tool this builds them all. */
export async function mochaGlobalSetup(): Promise<void> {
  stop = await startLanes(Number(process.env.LANES ?? 1));
}

export async function mochaGlobalTeardown(): Promise<void> {
  await stop?.();
}

/** In each lane, before each file. */
export const mochaHooks = { beforeAll: () => joinControlPlane(laneFolder()) };
