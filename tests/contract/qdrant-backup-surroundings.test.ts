import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { FakeQdrant } from '../support/contract/fake-qdrant';
import { freePorts } from '../support/contract/ports';
import { Bench } from '../support/contract/qdrant-bench';
import { fakePlace, fill } from '../support/contract/qdrant-place';
import { interpreter } from '../support/contract/qdrant-scripts';

describe('the scripts of a backup, and their surroundings', function () {
  this.timeout(60_000);
  let bench: Bench;
  let fake: FakeQdrant;

  beforeEach(async () => {
    fake = await FakeQdrant.started();
    bench = await Bench.made(await fakePlace(fake), 'volume', await interpreter());
    await fill(bench.place, 'codebase', 3);
  });
  afterEach(async () => {
    await bench.s3.stop();
    await fake.stop();
  });

  it('wait for Qdrant, and say so where it does not come', async () => {
    const ports = await freePorts([1]);
    const run = await bench.backUp({ QDRANT_URL: `http://127.0.0.1:${ports[1]}`, QDRANT_WAIT_SECONDS: '1' });
    assert.equal(run.code, 3);
    assert.match(run.lastLine, /^backup failed: Qdrant is not there after 1 s: GET http.*refused/);
    let asked = 0;
    fake.fault = ({ path }) => (path === '/readyz' && ++asked < 3 ? 'busy' : undefined);
    await bench.backedUp();
  });

  it('say that the key is missing or refused, and show none', async () => {
    fake.apiKey = 'the-key-of-qdrant';
    const without = await bench.backUp();
    assert.equal(without.code, 4);
    assert.match(
      without.lastLine,
      /^backup failed: .*refuses the key in QDRANT_API_KEY, or wants one \(HTTP status 401/,
    );
    const wrong = await bench.backUp({ QDRANT_API_KEY: 'another-key-that-is-secret' });
    assert.equal(wrong.code, 4);
    assert.doesNotMatch(wrong.output, /another-key-that-is-secret/);
    const right = await bench.backedUp({ QDRANT_API_KEY: 'the-key-of-qdrant' });
    assert.doesNotMatch(JSON.stringify(right), /the-key-of-qdrant/);
  });

  it('say where the restored numbers differ from the manifest', async () => {
    await bench.backedUp();
    fake.collections.clear();
    fake.fault = ({ path }) => {
      if (path.endsWith('/count')) fake.collections.get('codebase')?.points.delete('1');
      return undefined;
    };
    const run = await bench.restore();
    assert.equal(run.code, 6, run.output);
    const numbers = 'collection codebase has 2 points, the manifest says 3';
    assert.equal(run.lastLine, `restore failed: restored, and the numbers differ: ${numbers}`);
  });

  it('say which setting is missing or wrong', async () => {
    const missing = await bench.backUp({ RETENTION: '' });
    assert.deepEqual([missing.code, missing.lastLine], [2, 'backup failed: RETENTION is not set']);
    const none = await bench.backUp({ RETENTION: '0' });
    assert.deepEqual(
      [none.code, none.lastLine],
      [2, 'backup failed: RETENTION is 0, not a whole number of at least 1'],
    );
    const nowhere = await bench.backUp({ TARGET: 'tape' });
    assert.deepEqual([nowhere.code, nowhere.lastLine], [2, 'backup failed: TARGET is tape, not one of volume, s3']);
  });

  it('notice that it is not the volume of Qdrant', async () => {
    const other = join(fake.folder, 'other');
    mkdirSync(other);
    const run = await bench.backUp({ SNAPSHOTS_DIR: other });
    assert.equal(run.code, 2, run.output);
    assert.match(run.lastLine, /there is no snapshot at .*: is this the volume of Qdrant's snapshots\?$/);
    assert.deepEqual(fake.snapshots('codebase'), []);
  });
});
