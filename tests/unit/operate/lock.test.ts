import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Interrupted } from '../../../operate/base/failure';
import { withLock } from '../../../operate/base/lock';
import { folder, removeFolders } from '../../support/unit/operate';

const quick = { retry: 20 };

describe('locks between processes', () => {
  afterEach(removeFolders);

  it('lets one work at a time', async () => {
    const place = folder();
    let working = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++working);
      await sleep(30);
      working -= 1;
    };
    await Promise.all([1, 2, 3].map(() => withLock(place, 'name', work, quick)));
    assert.equal(most, 1);
  });

  it('keeps different names apart', async () => {
    const place = folder();
    await withLock(place, 'one', () => withLock(place, 'two', async () => undefined, quick), quick);
  });

  it('holds the outer one of two until its own work is done', async () => {
    const place = folder();
    await withLock(
      place,
      'one',
      async () => {
        await withLock(place, 'two', async () => undefined, quick);
        const signal = AbortSignal.timeout(60);
        await assert.rejects(
          withLock(place, 'one', async () => undefined, { ...quick, signal }),
          Interrupted,
        );
      },
      quick,
    );
    assert.deepEqual(readdirSync(place), []);
  });

  it('is free again after an error', async () => {
    const place = folder();
    await assert.rejects(
      withLock(place, 'name', () => Promise.reject(new Error('no')), quick),
      /no/,
    );
    assert.equal(await withLock(place, 'name', async () => 'yes', quick), 'yes');
  });

  it('takes over from a holder that gave no sign of life', async () => {
    const place = folder();
    const left = join(place, 'name.lock');
    mkdirSync(left);
    utimesSync(left, new Date(0), new Date(0));
    assert.equal(await withLock(place, 'name', async () => 'mine', quick), 'mine');
  });

  it('ends waiting when it is interrupted', async () => {
    const place = folder();
    mkdirSync(join(place, 'name.lock'));
    const signal = AbortSignal.timeout(60);
    await assert.rejects(
      withLock(place, 'name', async () => undefined, { ...quick, signal }),
      Interrupted,
    );
  });
});
