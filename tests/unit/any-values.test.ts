import assert from 'node:assert/strict';
import fc from 'fast-check';
import { leaves, plansOrRefuses, valuesOf } from '../support/any-values';

// `npm run soak` takes every key, and draws many values for each.
it('whatever is typed into a key becomes a plan or a problem that is named', function () {
  this.timeout(60_000);
  const all = leaves();
  const some = all.filter((_, index) => index % 6 === 0);
  assert.ok(all.length > 250, `${all.length} keys`);
  const outcomes = some.flatMap((leaf, index) =>
    fc.sample(valuesOf(leaf), { numRuns: 1, seed: index }).map((value) => plansOrRefuses(leaf, value)),
  );
  const planned = outcomes.filter(Boolean).length;
  assert.ok(planned > 30 && planned < outcomes.length * 0.3, `${planned} of ${outcomes.length} are plans`);
});
