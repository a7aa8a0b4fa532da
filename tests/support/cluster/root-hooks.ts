import { startControlPlane, stopControlPlane } from './control-plane';

const hour = 3_600_000;

export const mochaHooks = {
  // On a machine without any cached tool this builds them all.
  async beforeAll(this: Mocha.Context): Promise<void> {
    this.timeout(hour);
    await startControlPlane();
  },
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(hour);
    await stopControlPlane();
  },
};
