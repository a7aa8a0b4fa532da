// A run in which no test was found is a failure: a layer must not print green because a glob matched nothing.
let executed = 0;

export const mochaHooks = {
  beforeEach(): void {
    executed += 1;
  },
  afterAll(): void {
    if (executed === 0) throw new Error('no test ran in this layer');
  },
};
