import assert from 'node:assert/strict';
import { Interrupted } from '../../../operate/base/failure';
import { waitFor } from '../../../operate/base/wait';

describe('waiting', () => {
  it('looks until there is something, and returns it', async () => {
    const looks = [undefined, undefined, 'here', 'later'];
    assert.equal(await waitFor(async () => looks.shift(), { seconds: 60, period: 1 }), 'here');
    assert.deepEqual(looks, ['later']);
  });

  it('returns nothing when the time is up', async () => {
    assert.equal(await waitFor(async () => undefined, { seconds: 0.05, period: 1 }), undefined);
  });

  it('looks once where there is no time at all', async () => {
    assert.equal(await waitFor(async () => 'here', { seconds: 0 }), 'here');
  });

  it('ends with what a look throws', async () => {
    const refused = async () => {
      throw new Error('403');
    };
    await assert.rejects(waitFor(refused, { seconds: 60, period: 1 }), /403/);
  });

  it('ends at once when the operator interrupts', async () => {
    const controller = new AbortController();
    const started = Date.now();
    const waiting = waitFor(async () => undefined, { seconds: 60, period: 30_000, signal: controller.signal });
    controller.abort();
    await assert.rejects(waiting, Interrupted);
    assert.ok(Date.now() - started < 5000);
  });
});
