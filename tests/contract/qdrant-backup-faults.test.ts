import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeQdrant } from '../support/contract/fake-qdrant';
import { Bench } from '../support/contract/qdrant-bench';
import { fakePlace, fill } from '../support/contract/qdrant-place';
import { type Interpreter, interpreter, startScript } from '../support/contract/qdrant-scripts';

for (const target of ['volume', 's3'] as const) {
  describe(`the scripts of a backup to ${target}, where something goes wrong`, function () {
    this.timeout(60_000);
    let bench: Bench;
    let fake: FakeQdrant;
    let program: Interpreter;

    before(async () => {
      program = await interpreter();
    });
    beforeEach(async () => {
      fake = await FakeQdrant.started();
      bench = await Bench.made(await fakePlace(fake), target, program);
      await fill(bench.place, 'codebase', 3);
    });
    afterEach(async () => {
      await bench.s3.stop();
      await fake.stop();
    });

    const creates = ({ method, path }: { method: string; path: string }) =>
      method === 'POST' && path.endsWith('/snapshots');

    function nothingLeft() {
      assert.deepEqual(target === 's3' ? bench.s3.keys : bench.records(), []);
      assert.deepEqual(fake.snapshots('codebase'), []);
    }

    it('go on without a collection that is removed meanwhile', async () => {
      await fill(bench.place, 'passing', 1);
      fake.fault = (request) => (creates(request) && request.path.includes('passing') ? 'vanish' : undefined);
      const said = await bench.backedUp();
      assert.deepEqual(said.collections, { codebase: 3 });
      assert.deepEqual(said.warnings, ['collection passing was removed meanwhile, and is not in the backup']);
      assert.deepEqual(bench.records(), [`${said.backup}.json`]);
    });

    it('leave no snapshot of a collection that is removed after it was made', async () => {
      await fill(bench.place, 'passing', 1);
      fake.fault = ({ method, path }) => {
        const reads =
          target === 's3' ? method === 'GET' && /passing\/snapshots\/./.test(path) : path.endsWith('/count');
        if (reads && path.includes('passing') && fake.snapshots('passing').length > 0) return 'vanish';
        return undefined;
      };
      const said = await bench.backedUp();
      assert.deepEqual(said.collections, { codebase: 3 });
      assert.deepEqual(bench.records(), [`${said.backup}.json`]);
      if (target === 'volume') assert.deepEqual(fake.snapshots('passing'), []);
    });

    it('say that Qdrant has no room, and remove what they made', async () => {
      await fill(bench.place, 'more', 1);
      fake.fault = (request) => (creates(request) && request.path.includes('more') ? 'disk full' : undefined);
      const run = await bench.backUp();
      assert.equal(run.code, 5, run.output);
      assert.match(
        run.lastLine,
        /^backup failed: POST .*\/more\/snapshots: no room on Qdrant's volume \(.*os error 28/,
      );
      fake.fault = () => undefined;
      const said = await bench.backedUp();
      assert.deepEqual(bench.records(), [`${said.backup}.json`], 'the next run removes what is still open');
      assert.equal(bench.kept('codebase').length, 1);
    });

    it('take no snapshot that is not what Qdrant made', async () => {
      fake.fault = (request) => (creates(request) ? 'altered' : undefined);
      const run = await bench.backUp();
      assert.equal(run.code, 6, run.output);
      assert.match(run.lastLine, /^backup failed: the checksum of .* differs: it is \w{64}, and \w{64} was said$/);
      nothingLeft();
    });

    it('remove a snapshot whose answer never came', async () => {
      fake.fault = (request) => (creates(request) ? 'cut after' : undefined);
      const run = await bench.backUp();
      assert.equal(run.code, 3);
      assert.match(run.lastLine, /the connection was cut before the answer/);
      nothingLeft();
    });

    it('leave such a snapshot alone where another one is as new', async () => {
      fake.fault = (request) => {
        if (!creates(request)) return undefined;
        const time = new Date().toISOString().slice(0, 19).replace(/[T:]/g, '-');
        mkdirSync(join(fake.folder, 'codebase'));
        writeFileSync(join(fake.folder, 'codebase', `codebase-7-${time}.snapshot`), 'made by somebody else');
        return 'cut after';
      };
      const run = await bench.backUp();
      assert.equal(run.code, 3);
      assert.match(run.output, /left alone: .*, .*: one of them is of backup \w+, and nothing tells which/);
      assert.equal(fake.snapshots('codebase').length, 2);
    });

    it('remove, in the next run, what one has left that was killed', async () => {
      const counts = () => fake.seen.filter((each) => each.endsWith('/count')).length;
      fake.fault = ({ path }) => (path.endsWith('/count') && counts() > 1 ? 'hang' : undefined);
      const settings = bench.settings({ RETENTION: '1', DEADLINE_SECONDS: '5' });
      const { finished, process } = startScript('snapshot', program, settings);
      while (counts() < 2) await sleep(20);
      process.signal('SIGKILL');
      await finished;
      fake.fault = () => undefined;
      assert.deepEqual([bench.records().length, bench.kept('codebase').length], [1, 1], 'its journal and its snapshot');
      const early = await bench.backedUp();
      assert.equal(bench.records().length, 2, 'it may be under way, as far as anybody knows');
      await sleep(5000);
      const { backup } = await bench.backedUp({ RETENTION: '1' });
      assert.deepEqual(bench.records(), [`${backup}.json`]);
      assert.notEqual(early.backup, backup);
      assert.equal(bench.kept('codebase').length, 1);
    });

    it('end in time, and leave nothing', async () => {
      fake.fault = ({ path }) => (path === '/aliases' ? 'hang' : undefined);
      const run = await bench.backUp({ DEADLINE_SECONDS: '3' });
      assert.equal(run.code, 8, run.output);
      assert.equal(run.lastLine, 'backup failed: not done within the time: read the aliases');
      nothingLeft();
    });

    it('leave nothing where they are stopped', async () => {
      fake.fault = ({ path }) => (path === '/aliases' ? 'hang' : undefined);
      const { finished, process } = startScript('snapshot', program, bench.settings({ RETENTION: '1' }));
      while (!fake.seen.includes('GET /aliases')) await sleep(20);
      process.signal('SIGTERM');
      const run = await finished;
      assert.equal(run.code, 8, run.output);
      assert.equal(run.lastLine, 'backup failed: stopped before it was done: read the aliases');
      nothingLeft();
    });

    it('finish the removal of an old backup that was stopped', async () => {
      const { backup: old } = await bench.backedUp({ RETENTION: '1' });
      fake.fault = ({ method }) => (method === 'DELETE' ? 'cut' : undefined);
      const said = await bench.backUp({ RETENTION: '1' });
      if (target === 'volume') {
        assert.equal(said.code, 0, said.output);
        assert.match(said.lastLine, /"warnings":\["old backups are not all removed, the next run goes on/);
        assert.ok(!bench.records().includes(`${old}.json`), 'what is half removed is no complete backup');
      }
      fake.fault = () => undefined;
      const { backup } = await bench.backedUp({ RETENTION: '1' });
      assert.deepEqual(bench.records(), [`${backup}.json`]);
      assert.equal(bench.kept('codebase').length, 1);
    });

    it('remove the snapshots of a collection that is gone by now', async () => {
      await fill(bench.place, 'passing', 1);
      await bench.backedUp({ RETENTION: '1' });
      fake.collections.delete('passing');
      await bench.backedUp({ RETENTION: '1' });
      assert.deepEqual(bench.kept('passing'), []);
    });

    it('restore nothing where a snapshot is not what it was', async () => {
      await fill(bench.place, 'second', 1);
      const { backup } = await bench.backedUp();
      const { snapshot = '' } = bench.manifest(backup).collections.second ?? {};
      if (target === 's3') {
        const key = `fleet/qdrant/${backup}/second/${snapshot}`;
        bench.s3.objects.set(key, Buffer.from(String(bench.s3.objects.get(key)).replace(/about/, 'tuoba')));
      } else {
        const file = join(fake.folder, 'second', snapshot);
        writeFileSync(file, readFileSync(file, 'utf8').replace(/about/, 'tuoba'));
      }
      fake.collections.clear();
      const run = await bench.restore();
      assert.equal(run.code, 6, run.output);
      assert.match(run.lastLine, /^restore failed: the checksum of .* differs/);
      assert.ok(!fake.collections.has('second'));
      assert.deepEqual(run.leftovers, []);
    });

    it('restore nothing where a snapshot is missing', async () => {
      await fill(bench.place, 'second', 1);
      const { backup } = await bench.backedUp();
      const { snapshot = '' } = bench.manifest(backup).collections.second ?? {};
      bench.s3.objects.delete(`fleet/qdrant/${backup}/second/${snapshot}`);
      rmSync(join(fake.folder, 'second', snapshot), { force: true });
      fake.collections.clear();
      const run = await bench.restore();
      assert.notEqual(run.code, 0);
      assert.match(run.lastLine, target === 's3' ? /second\/.* is not there$/ : /there is no snapshot at .*second/);
      assert.deepEqual([...fake.collections.keys()], []);
    });

    it('leave a manifest alone that they cannot read', async () => {
      const { backup } = await bench.backedUp({ RETENTION: '1' });
      const strange = '20200101T000000Z.json';
      if (target === 's3') bench.s3.objects.set(`fleet/qdrant/${strange}`, Buffer.from('{'));
      else writeFileSync(join(fake.folder, 'memory-fleet', strange), '{');
      const said = await bench.backedUp({ RETENTION: '1' });
      assert.deepEqual(said.removed, [backup]);
      assert.ok(bench.records().includes(strange));
    });
  });
}
