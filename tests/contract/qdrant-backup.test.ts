import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeQdrant } from '../support/contract/fake-qdrant';
import { Missing, orSkip } from '../support/contract/missing';
import { Bench } from '../support/contract/qdrant-bench';
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
} from '../support/contract/qdrant-place';
import { interpreter } from '../support/contract/qdrant-scripts';

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
