import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeQdrant } from '../support/contract/fake-qdrant';
import { freePorts } from '../support/contract/ports';
import { Bench } from '../support/contract/qdrant-bench';
import { fakePlace, fill } from '../support/contract/qdrant-place';
import { interpreter } from '../support/contract/qdrant-scripts';

describe('the scripts of a backup, and their bucket', function () {
  this.timeout(60_000);
  let bench: Bench;
  let fake: FakeQdrant;

  beforeEach(async () => {
    fake = await FakeQdrant.started();
    bench = await Bench.made(await fakePlace(fake), 's3', await interpreter());
    await fill(bench.place, 'codebase', 3);
  });
  afterEach(async () => {
    await bench.s3.stop();
    await fake.stop();
  });

  it('leave no snapshot on the volume of Qdrant', async () => {
    await bench.backedUp();
    assert.deepEqual(fake.snapshots('codebase'), []);
  });

  it('send a large snapshot in parts', async () => {
    await fill(bench.place, 'codebase', 3, 'x'.repeat(1_500_000));
    const { backup } = await bench.backedUp({ S3_PART_MIB: '2' });
    assert.ok(bench.s3.seen.filter((each) => each.startsWith('PUT')).length > 4, bench.s3.seen.join('\n'));
    assert.equal(bench.s3.uploads.size, 0);
    fake.collections.clear();
    const run = await bench.restore({ BACKUP: backup });
    assert.equal(run.code, 0, run.output);
  });

  it('leave no parts where one is refused', async () => {
    await fill(bench.place, 'codebase', 3, 'x'.repeat(1_500_000));
    let puts = 0;
    bench.s3.refuse = ({ key, method }) =>
      method === 'PUT' && key.endsWith('.snapshot') && ++puts > 1 ? [507, 'XMinioStorageFull'] : undefined;
    const run = await bench.backUp({ S3_PART_MIB: '2' });
    assert.equal(run.code, 5, run.output);
    assert.match(
      run.lastLine,
      /^backup failed: PUT s3:\/\/backups\/.*\.snapshot: no room in the bucket \(XMinioStorageFull/,
    );
    assert.equal(bench.s3.uploads.size, 0);
    assert.deepEqual(bench.s3.keys, []);
    assert.deepEqual(run.leftovers, []);
  });

  it('say that the key of the bucket is refused, and show none', async () => {
    const other = 'another-secret-of-a-bucket';
    const run = await bench.backUp({ S3_SECRET_ACCESS_KEY: other });
    assert.equal(run.code, 4, run.output);
    assert.match(run.lastLine, /S3 refuses the access key \(HTTP status 403: SignatureDoesNotMatch/);
    assert.doesNotMatch(run.output, new RegExp(`${other}|${bench.s3.accessKeyId}`));
  });

  it('notice a download that breaks off', async () => {
    fake.fault = ({ method, path }) => (method === 'GET' && path.endsWith('.snapshot') ? 'cut after' : undefined);
    const run = await bench.backUp();
    assert.notEqual(run.code, 0);
    assert.match(run.lastLine, /cut before the answer|ended after \d+ of \d+ bytes/);
    assert.deepEqual(bench.s3.keys, []);
    assert.deepEqual(fake.snapshots('codebase'), []);
  });

  it('say where the bucket is not there', async () => {
    const ports = await freePorts([1]);
    const run = await bench.backUp({ S3_ENDPOINT: `http://127.0.0.1:${ports[1]}` });
    assert.equal(run.code, 3, run.output);
    assert.match(run.lastLine, /^backup failed: GET s3:\/\/backups\/: curl: \(7\)/);
  });

  it('give nothing secret to other processes', async () => {
    const seen: string[] = [];
    let looking = true;
    const look = (async () => {
      while (looking) {
        for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
          try {
            const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
            if (line.startsWith('curl') || line.includes('snapshot.py')) seen.push(line);
          } catch {
            // It has ended.
          }
        }
        await sleep(5);
      }
    })();
    await bench.backedUp();
    looking = false;
    await look;
    assert.ok(
      seen.some((line) => line.startsWith('curl')),
      'curl was seen',
    );
    for (const line of seen)
      assert.ok(!line.includes(bench.s3.secretAccessKey) && !line.includes(bench.s3.accessKeyId));
  });
});
