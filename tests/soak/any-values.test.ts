import fc from 'fast-check';
import { renderPlan } from '../../render/plan';
import { leaves, plansOrRefuses, valuesOf } from '../support/any-values';

// Others in each run, unless an earlier run is to be repeated.
const seed = Number(process.env.SOAK_SEED ?? Date.now() % 1_000_000);

describe(`any value of any key, SOAK_SEED=${seed}`, () => {
  for (const [index, leaf] of leaves().entries()) {
    it(`becomes a plan that can be rendered, or a problem that is named: ${leaf.path}`, function () {
      this.timeout(120_000);
      for (const value of fc.sample(valuesOf(leaf), { numRuns: 100, seed: seed + index })) {
        plansOrRefuses(leaf, value, (plan) => renderPlan(plan, 'test'));
      }
    });
  }
});
