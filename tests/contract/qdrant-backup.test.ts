import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ICronJob } from 'kubernetes-models/batch/v1';
import type { IContainer } from 'kubernetes-models/v1';
import { backupFacts, backupObjects, type QdrantBackupArgs } from '../../components/context-engine/backup';
import { listedBy, madeBy, restoredBy, wouldOverwrite } from '../../operate/backup/snapshots/answers';
import { contentOf, samplePoints } from '../../operate/backup/snapshots/compare';
import { qdrantAt } from '../../operate/qdrant/client';
import { objectOf } from '../support/objects';
import { backupArgs, bucket } from '../support/qdrant-backup';
import { FakeQdrant } from './support/fake-qdrant';
import { FakeS3 } from './support/fake-s3';
import { Missing, orSkip } from './support/missing';
import { freePorts } from './support/ports';
import {
  alias,
  aliasesOf,
  ask,
  collectionsOf,
  empty,
  fakePlace,
  fill,
  type Place,
  realPlace,
  textOf,
} from './support/qdrant-place';
import { type Interpreter, interpreter, runContainer, type ScriptRun, startScript } from './support/qdrant-scripts';

type Target = 'volume' | 's3';

interface Manifest {
  readonly backup: string;
  readonly collections: Readonly<
    Record<string, Readonly<Record<'snapshot' | 'checksum', string> & Record<'points' | 'size', number>>>
  >;
  readonly aliases: Readonly<Record<string, string>>;
}

/** A Qdrant, and a place for its backups. */
class Bench {
  readonly s3: FakeS3;

  private constructor(
    readonly place: Place,
    s3: FakeS3,
    readonly target: Target,
    readonly program: Interpreter,
  ) {
    this.s3 = s3;
  }

  static async made(place: Place, target: Target, program: Interpreter): Promise<Bench> {
    return new Bench(place, await FakeS3.started(), target, program);
  }

  settings(more: object = {}): object {
    const { apiKey, location, snapshotsDir = '' } = this.place;
    return {
      QDRANT_URL: this.place.url,
      ...(apiKey ? { QDRANT_API_KEY: apiKey } : {}),
      TARGET: this.target,
      ...(this.target === 's3' ? this.s3.settings : { SNAPSHOTS_DIR: snapshotsDir, QDRANT_SNAPSHOTS_DIR: location }),
      ...more,
    };
  }

  backUp(more: object = {}): Promise<ScriptRun> {
    return startScript('snapshot', this.program, this.settings({ RETENTION: '2', ...more })).finished;
  }

  /** @returns what a good run says in its last line */
  async backedUp(more: object = {}): Promise<{ backup: string } & Record<string, unknown>> {
    const run = await this.backUp(more);
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(run.leftovers, []);
    return JSON.parse(run.lastLine) as { backup: string };
  }

  restore(more: object = {}): Promise<ScriptRun> {
    return startScript('restore', this.program, this.settings({ BACKUP: 'latest', ...more })).finished;
  }

  /** Names of the records: manifests of complete backups, and journals of runs. */
  records(): string[] {
    if (this.target === 's3') {
      const names = this.s3.keys.map((key) => key.replace('fleet/qdrant/', ''));
      return names.filter((name) => !name.includes('/'));
    }
    return readdirSync(join(this.place.snapshotsDir ?? '', 'memory-fleet')).sort();
  }

  manifest(stamp: string): Manifest {
    const name = `${stamp}.json`;
    const text =
      this.target === 's3'
        ? this.s3.objects.get(`fleet/qdrant/${name}`)
        : readFileSync(join(this.place.snapshotsDir ?? '', 'memory-fleet', name));
    return JSON.parse(String(text)) as Manifest;
  }

  /** The snapshots in the store. */
  kept(collection: string): string[] {
    if (this.target === 's3') {
      const names = this.s3.keys.map((key) => key.replace('fleet/qdrant/', '').split('/'));
      return names.flatMap(([, of, name]) => (of === collection && name ? [name] : []));
    }
    const folder = join(this.place.snapshotsDir ?? '', collection);
    return readdirSync(folder).filter((name) => name.endsWith('.snapshot'));
  }

  async clear(): Promise<void> {
    await this.s3.stop();
    await empty(this.place);
    if (this.target === 'volume')
      rmSync(join(this.place.snapshotsDir ?? '', 'memory-fleet'), { recursive: true, force: true });
  }
}

const real = process.env.QDRANT_URL;
console.log(real ? `    also with the Qdrant at ${real}` : '    QDRANT_URL is not set: with a made Qdrant only');

const places: (() => Promise<Place>)[] = [async () => fakePlace(await FakeQdrant.started())];
if (real) places.push(() => realPlace(real));

for (const [index, obtain] of places.entries()) {
  for (const target of ['volume', 's3'] as const) {
    describe(`a backup of ${index === 0 ? 'a made Qdrant' : 'a real Qdrant'} to ${target}`, function () {
      this.timeout(60_000);
      let bench: Bench;
      let place: Place;

      before(async function () {
        place = await obtain();
        await orSkip(this, () => {
          if (target === 's3' || place.snapshotsDir !== undefined) return;
          throw new Missing(
            'backups on the volume of a real Qdrant: its folder of snapshots is not known',
            'set QDRANT_SNAPSHOTS_DIR',
          );
        });
      });
      beforeEach(async () => {
        bench = await Bench.made(place, target, await interpreter());
      });
      afterEach(() => bench?.clear());
      after(() => place?.stop());

      it('has every collection, the aliases, and a manifest that says so', async () => {
        await fill(place, 'codebase', 30);
        await fill(place, 'notes of a team', 2);
        await alias(place, 'current', 'codebase');
        const said = await bench.backedUp();
        const { aliases, collections } = bench.manifest(said.backup);
        assert.deepEqual(aliases, { current: 'codebase' });
        assert.deepEqual(
          Object.entries(collections).map(([name, { points }]) => [name, points]),
          [
            ['codebase', 30],
            ['notes of a team', 2],
          ],
        );
        assert.deepEqual(bench.kept('codebase'), [collections.codebase?.snapshot]);
        assert.match(collections.codebase?.checksum ?? '', /^[0-9a-f]{64}$/);
        assert.deepEqual(bench.records(), [`${said.backup}.json`]);
        const { bytes, ...rest } = said;
        assert.ok(Number(bytes) > 0);
        assert.deepEqual(rest, {
          backup: said.backup,
          target,
          collections: { codebase: 30, 'notes of a team': 2 },
          points: 32,
          aliases: 1,
          removed: [],
          kept: 1,
          warnings: [],
        });
      });

      it('brings back what was lost, and nothing that came later', async () => {
        await fill(place, 'codebase', 20);
        await alias(place, 'current', 'codebase');
        const { backup } = await bench.backedUp();
        await fill(place, 'later', 1);
        await ask(place, 'DELETE', '/collections/codebase');
        const run = await bench.restore();
        assert.equal(run.code, 0, run.output);
        assert.deepEqual(JSON.parse(run.lastLine), {
          restored: backup,
          collections: { codebase: 20 },
          points: 20,
          aliases: { current: 'codebase' },
        });
        assert.deepEqual(await collectionsOf(place), ['codebase', 'later']);
        assert.equal(await textOf(place, 'codebase', 20), 'about 20');
        assert.deepEqual(await aliasesOf(place), ['current of codebase']);
        assert.match(run.output, /left alone: collection later is not in the backup/);
      });

      it('can be sent to a Qdrant that does not have the volume, and leaves nothing there', async () => {
        await fill(place, 'codebase', 3);
        await bench.backedUp();
        await ask(place, 'DELETE', '/collections/codebase');
        const run = await bench.restore({ TRANSFER: 'upload' });
        assert.equal(run.code, 0, run.output);
        const left = await ask<{ name: string }[]>(place, 'GET', '/collections/codebase/snapshots');
        assert.equal(left.length, target === 'volume' ? 1 : 0, 'the backup itself, and no copy of it');
        assert.equal(await textOf(place, 'codebase', 3), 'about 3');
      });

      it('refuses to overwrite points, and says which', async () => {
        await fill(place, 'codebase', 3);
        await bench.backedUp();
        await fill(place, 'codebase', 5, 'newer');
        const refused = await bench.restore();
        assert.equal(refused.code, 7, refused.output);
        assert.equal(
          refused.lastLine,
          'restore failed: OVERWRITE=1 is not set, and this would be overwritten: collection codebase with 5 points',
        );
        assert.equal(await textOf(place, 'codebase', 1), 'newer 1');
        const meant = await bench.restore({ OVERWRITE: '1' });
        assert.equal(meant.code, 0, meant.output);
        assert.match(meant.output, /overwrites: collection codebase with 5 points/);
        assert.equal(await textOf(place, 'codebase', 1), 'about 1');
      });

      it('is restored over a collection without points, whatever its vectors are', async () => {
        await fill(place, 'codebase', 3);
        await bench.backedUp();
        await ask(place, 'DELETE', '/collections/codebase');
        await ask(place, 'PUT', '/collections/codebase', { vectors: { other: { size: 2, distance: 'Dot' } } });
        const run = await bench.restore();
        assert.equal(run.code, 0, run.output);
        assert.equal(await textOf(place, 'codebase', 3), 'about 3');
      });

      it('refuses to take an alias from another collection, and to write through one', async () => {
        await fill(place, 'codebase', 1);
        await alias(place, 'current', 'codebase');
        await bench.backedUp();
        await empty(place);
        await fill(place, 'rebuilt', 1);
        await alias(place, 'current', 'rebuilt');
        const taken = await bench.restore();
        assert.equal(taken.code, 7, taken.output);
        assert.match(taken.lastLine, /would be overwritten: alias current of rebuilt$/);
        await alias(place, 'codebase', 'rebuilt');
        const through = await bench.restore({ OVERWRITE: '1' });
        assert.equal(through.code, 1);
        assert.match(through.lastLine, /codebase is now an alias of rebuilt; remove the alias first/);
        assert.equal(await textOf(place, 'rebuilt', 1), 'about 1');
      });

      it('takes the place of the oldest, and leaves the snapshots of others alone', async () => {
        await fill(place, 'codebase', 3);
        const { name: others } = await ask<{ name: string }>(
          place,
          'POST',
          '/collections/codebase/snapshots?wait=true',
        );
        // A real Qdrant names snapshots by the second.
        await sleep(1100);
        const stamps: string[] = [];
        for (let n = 0; n < 3; n++) stamps.push((await bench.backedUp()).backup);
        assert.deepEqual(
          bench.records(),
          stamps.slice(1).map((stamp) => `${stamp}.json`),
        );
        assert.equal(bench.kept('codebase').filter((name) => name !== others).length, 2);
        const there = await ask<{ name: string }[]>(place, 'GET', '/collections/codebase/snapshots');
        assert.ok(there.some(({ name }) => name === others));
        const listed = await bench.restore({ ACTION: 'list' });
        const { backups } = JSON.parse(listed.lastLine) as { backups: { backup: string }[] };
        assert.deepEqual(
          backups.map(({ backup }) => backup),
          stamps.slice(1).reverse(),
        );
        const older = await bench.restore({ BACKUP: stamps[1], OVERWRITE: '1' });
        assert.equal(older.code, 0, older.output);
        const gone = await bench.restore({ BACKUP: stamps[0] });
        assert.equal(gone.code, 2);
        assert.match(gone.lastLine, new RegExp(`there is no complete backup ${stamps[0]}; there are: ${stamps[2]}, `));
      });

      it('of nothing takes away none that has points', async () => {
        await fill(place, 'codebase', 3);
        const full = (await bench.backedUp({ RETENTION: '1' })).backup;
        await ask(place, 'DELETE', '/collections/codebase');
        const said = await bench.backedUp({ RETENTION: '1' });
        assert.deepEqual(said.warnings, [`Qdrant has no points, and backup ${full} has 3`]);
        // An empty collection is what the memory server makes at its start.
        await fill(place, 'codebase', 0);
        const { backup: newest } = await bench.backedUp({ RETENTION: '1' });
        assert.deepEqual(bench.records(), [`${full}.json`, `${newest}.json`]);
        const run = await bench.restore();
        assert.equal(run.code, 0, run.output);
        assert.equal((JSON.parse(run.lastLine) as { restored: string }).restored, full);
      });
    });
  }
}

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

describe('the jobs of the plan', function () {
  this.timeout(60_000);
  const open: { stop: () => Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.stop();
  });

  const containerOf = (args: QdrantBackupArgs, key: 'qdrantBackup' | 'qdrantRestore') => {
    const { spec } = objectOf<ICronJob>(backupObjects(args), key);
    return spec?.jobTemplate.spec?.template.spec?.containers[0] as IContainer;
  };
  const drillContainer = (args: QdrantBackupArgs) => {
    const { container, pod } = backupFacts(args).drill;
    return pod.containers.find(({ name }) => name === container) as IContainer;
  };

  for (const target of [{ kind: 'volume' } as const, bucket]) {
    it(`back up to ${target.kind}, restore, and fill the Qdrant of a drill, which the drill finds to be the same`, async () => {
      const [fake, other, s3] = [await FakeQdrant.started(), await FakeQdrant.started(), await FakeS3.started()];
      open.push(fake, other, s3);
      const place = await fakePlace(fake);
      await fill(place, 'codebase', 30);
      await alias(place, 'current', 'codebase');
      fake.apiKey = 'from api-key';
      const qdrant = { ...backupArgs().qdrant, apiKey: { name: 'qdrant-key', key: 'api-key' } };
      const args = backupArgs(target, { qdrant });
      const here = {
        QDRANT_URL: fake.url,
        ...(target.kind === 'volume' ? { SNAPSHOTS_DIR: fake.folder } : s3.settings),
      };
      const made = await runContainer(containerOf(args, 'qdrantBackup'), here);
      assert.equal(made.code, 0, made.output);
      assert.equal(madeBy(made.lastLine)?.points, 30);

      const refused = await runContainer(containerOf(args, 'qdrantRestore'), here);
      assert.equal(wouldOverwrite(refused.lastLine), 'collection codebase with 30 points');
      const listed = await runContainer(containerOf(args, 'qdrantRestore'), { ...here, ACTION: 'list' });
      assert.equal(listedBy(listed.lastLine)?.length, 1, listed.output);

      const drilled = await runContainer(drillContainer(args), { ...here, QDRANT_URL: other.url });
      const said = restoredBy(drilled.lastLine);
      assert.ok(said, drilled.output);
      const [living, restored] = [qdrantAt(fake.url, fake.apiKey), qdrantAt(other.url)];
      const content = { living: await contentOf(living), restored: await contentOf(restored) };
      assert.deepEqual(content.restored, content.living);
      assert.deepEqual(await samplePoints(living, restored, content, 10), { same: 10, changed: 0, gone: 0 });

      fake.apiKey = undefined;
      await fill(place, 'codebase', 3, 'changed');
      fake.collections.get('codebase')?.points.delete('4');
      const later = await samplePoints(qdrantAt(fake.url), restored, content, 10);
      assert.deepEqual(later, { same: 6, changed: 3, gone: 1 });
    });
  }
});
