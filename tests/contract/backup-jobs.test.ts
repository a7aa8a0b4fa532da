import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listedBy, loadedBy, madeBy, wouldOverwrite } from '../../operate/commands/backup/restic/answers';
import { FakeQdrant } from '../support/contract/fake-qdrant';
import { type JobOptions, type JobRun, jobPrograms, runJob } from '../support/contract/job-pod';
import { jobsOf } from '../support/contract/jobs-of';
import { orSkip } from '../support/contract/missing';
import { Running } from '../support/contract/process';
import { S3Server, s3Key } from '../support/contract/s3-server';

const image = 'registry.example.org/context-engine:1';
const password = { 'context-engine-backup/password': 'a good one\n' };
const folders: string[] = [];

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'memory-fleet-backups-'));
  folders.push(made);
  return made;
}

describe('backups by restic', function () {
  this.timeout(60_000);
  before(async function () {
    this.timeout(600_000);
    await orSkip(this, jobPrograms);
  });
  after(() => {
    for (const each of folders) rmSync(each, { recursive: true, force: true });
  });

  describe('of Qdrant, in a folder', () => {
    let qdrant: FakeQdrant;
    let scratch: FakeQdrant;
    let repository: string;
    beforeEach(async () => {
      qdrant = await FakeQdrant.started();
      scratch = await FakeQdrant.started();
      repository = folder();
      qdrant.fill('codebase', 12);
      qdrant.aliases.set('current', 'codebase');
    });
    afterEach(async () => {
      await qdrant.stop();
      await scratch.stop();
    });

    const jobs = (backup: object = {}) => jobsOf({ contextEngine: { image, layout: 'single-node', backup } }, 'backup');
    const run = (purpose: 'backup' | 'restore' | 'drill', more: Partial<JobOptions> = {}, settings = {}) => {
      const { configMaps, ...pods } = jobs(settings);
      return runJob(pods[purpose], {
        configMaps,
        volumes: { '/repository': repository },
        secrets: password,
        addresses: {
          'http://qdrant.context-engine.svc.cluster.local:6333': qdrant.url,
          'http://127.0.0.1:6333': scratch.url,
        },
        ...more,
      });
    };
    const backedUp = async (more: Partial<JobOptions> = {}, settings = {}) => {
      const made = await run('backup', more, settings);
      assert.equal(made.said?.ok, true, made.output);
      return made.said;
    };
    const list = async () => listedBy(JSON.stringify((await run('restore', { env: { ACTION: 'list' } })).said)) ?? [];
    const counts = { qdrant: { codebase: 12, 'alias current of codebase': 0 } };

    it('are made, tried out, and restored into what was lost', async () => {
      const made = await backedUp();
      assert.deepEqual(made.counts, counts);
      assert.equal(qdrant.collections.get('codebase')?.snapshots.size, 0, 'Qdrant keeps none');
      const drill = await run('drill');
      assert.deepEqual([drill.said?.ok, drill.said?.snapshot, drill.said?.counts], [true, made.snapshot, counts]);
      assert.equal(loadedBy(JSON.stringify(drill.said))?.snapshot, made.snapshot, 'the commands read it');
      assert.equal(madeBy(JSON.stringify(made))?.kept, 1, 'the commands read it');
      qdrant.lose();
      const restored = await run('restore');
      assert.deepEqual([restored.said?.ok, restored.said?.counts], [true, counts], restored.output);
      assert.equal(qdrant.collections.get('codebase')?.points.get(7), 'as it was');
      assert.equal(qdrant.aliases.get('current'), 'codebase');
    });

    it('overwrite nothing unless they are told to, and leave alone what they do not have', async () => {
      const { snapshot = '' } = await backedUp();
      qdrant.fill('codebase', 3, 'newer');
      qdrant.fill('other', 5);
      const refused = await run('restore');
      assert.equal(refused.container, 'guard');
      assert.deepEqual(wouldOverwrite(JSON.stringify(refused.said)), { qdrant: { codebase: 3 } });
      assert.equal(qdrant.collections.get('codebase')?.points.get(1), 'newer');
      const restored = await run('restore', { env: { OVERWRITE: '1', BACKUP: snapshot } });
      assert.equal(restored.said?.ok, true, restored.output);
      assert.equal(qdrant.collections.get('codebase')?.points.size, 12);
      assert.equal(qdrant.collections.get('other')?.points.size, 5);
    });

    it('are no backups of several nodes, of which each has snapshots of its own part alone', async () => {
      qdrant.nodes = 3;
      const refused = await run('backup');
      qdrant.nodes = 1;
      assert.match(
        refused.said?.why ?? '',
        /dump qdrant: this Qdrant has 3 nodes, and a snapshot of one node is no backup/,
      );
    });

    it('never follow an alias into another collection', async () => {
      await backedUp();
      qdrant.collections.delete('codebase');
      qdrant.aliases.clear();
      qdrant.fill('precious', 5);
      qdrant.aliases.set('codebase', 'precious');
      const refused = await run('restore', { env: { OVERWRITE: '1' } });
      assert.match(refused.said?.why ?? '', /codebase is a collection in the backup and an alias now/);
      assert.equal(qdrant.collections.get('precious')?.points.size, 5);
    });

    it('are no backups where a collection is missing in the dump: the count has it', async () => {
      const lost = (name: string, work: string) => {
        if (name === 'dump-qdrant') rmSync(join(work, 'data/qdrant/files/codebase.snapshot'));
      };
      qdrant.aliases.clear();
      await backedUp({ after: lost });
      const drill = await run('drill');
      assert.equal(drill.said?.ok, false);
      assert.match(drill.said?.why ?? '', /qdrant: codebase is missing, the backup says 12$/);
    });

    it('lie between the two counts where somebody writes meanwhile', async () => {
      qdrant.fault = ({ method }) => {
        if (method === 'POST' && qdrant.seen.at(-1)?.endsWith('/snapshots')) qdrant.fill('codebase', 15);
        return undefined;
      };
      const made = await backedUp();
      assert.deepEqual(made.counts, { qdrant: { codebase: 15, 'alias current of codebase': 0 } });
      assert.equal((await run('drill')).said?.ok, true);
    });

    it('are kept as many as wanted, and a full one however many empty ones follow', async () => {
      const one = { keep: 1, check: { percent: 0 } };
      const { snapshot: full } = await backedUp({}, one);
      qdrant.lose();
      await backedUp({}, one);
      const { snapshot: empty, warnings } = await backedUp({}, one);
      assert.deepEqual((await list()).map(({ short_id }) => short_id).sort(), [full, empty].sort());
      assert.ok(warnings?.includes('there is nothing in any store'));
      assert.equal((await run('restore')).said?.snapshot, full, 'the newest that has anything');
    });

    it('fail at once without their password, or with another one, and say which Secret has it', async () => {
      const without = await run('backup', { secrets: {} });
      const absent =
        /^there is no entry password of Secret context-engine-backup, the password of the backups: make it/;
      assert.match(without.said?.why ?? '', absent);
      await backedUp();
      qdrant.seen.length = 0;
      const wrong = await run('backup', { secrets: { 'context-engine-backup/password': 'another' } });
      assert.deepEqual([wrong.container, wrong.code], ['open', 1]);
      assert.match(wrong.said?.why ?? '', /^entry password of Secret context-engine-backup does not open/);
      assert.deepEqual(qdrant.seen, [], 'nothing was dumped in vain');
      assert.doesNotMatch(`${without.output}${wrong.output}`, /another|a good one/);
    });

    it('are checked: data that have changed are found', async () => {
      await backedUp();
      for (const parent of readdirSync(join(repository, 'data'))) {
        for (const pack of readdirSync(join(repository, 'data', parent))) {
          const file = join(repository, 'data', parent, pack);
          chmodSync(file, 0o600);
          appendFileSync(file, 'more than there was');
        }
      }
      const made = await run('backup');
      assert.deepEqual([made.container, made.said?.ok], ['save', false]);
      assert.match(made.said?.why ?? '', /^backup \w{8} is saved, but the check of the repository found errors/);
    });

    it('go on where a run was killed that had the repository locked', async () => {
      await backedUp();
      const { restic } = await jobPrograms();
      const env = { PATH: restic, RESTIC_PASSWORD: 'a good one', RESTIC_REPOSITORY: repository, HOME: repository };
      const killed = new Running(join(restic, 'sh'), ['-c', 'sleep 60 | restic backup --stdin'], env);
      const locks = () => readdirSync(join(repository, 'locks'));
      while (locks().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      await new Running('/bin/sh', ['-c', `kill -9 $(cat /proc/${killed.pid}/task/*/children)`], {}).ended;
      await killed.ended;
      assert.equal(locks().length, 1);
      await backedUp();
      assert.deepEqual(locks(), []);
    });

    it('end by their deadline, and say what was not done', async () => {
      // The time is that of the whole Job: a repository that is there already opens in little of it.
      await backedUp();
      qdrant.fault = ({ path }) => (path.endsWith('/points/count') ? 'hang' : undefined);
      const late = await run('backup', { env: { DEADLINE_SECONDS: '15' } });
      assert.equal(late.container, 'dump-qdrant');
      assert.equal(late.said?.why, 'count qdrant: not done within 15 s');
    });

    it('leave nothing in Qdrant where they are stopped, or the connection is cut', async () => {
      qdrant.fault = ({ method, path }) => (method === 'GET' && path.endsWith('.snapshot') ? 'hang' : undefined);
      const stopping = async (name: string, process: Running) => {
        if (name !== 'dump-qdrant') return;
        while (!qdrant.seen.at(-1)?.endsWith('.snapshot')) await new Promise((resolve) => setTimeout(resolve, 20));
        process.signal('SIGTERM');
      };
      const stopped = await run('backup', { during: stopping });
      assert.equal(stopped.said?.why, 'stopped before it was done');
      assert.equal(qdrant.collections.get('codebase')?.snapshots.size, 0);
      qdrant.fault = ({ method, path }) => (method === 'GET' && path.endsWith('.snapshot') ? 'cut' : undefined);
      const cut = await run('backup');
      assert.match(cut.said?.why ?? '', /^dump qdrant: /);
      assert.equal(qdrant.collections.get('codebase')?.snapshots.size, 0);
      qdrant.fault = () => undefined;
      await backedUp();
    });

    it('never repeat a key that Qdrant refuses', async () => {
      qdrant.apiKey = 'the right one';
      const apiKey = { source: 'existing', everyClientSendsIt: true };
      const { backup, configMaps } = jobsOf(
        { contextEngine: { image, layout: 'single-node', qdrant: { apiKey } } },
        'backup',
      );
      const refused = await runJob(backup, {
        configMaps,
        volumes: { '/repository': repository },
        secrets: { ...password, 'context-engine-qdrant/api-key': 'the wrong one' },
        addresses: { 'http://qdrant.context-engine.svc.cluster.local:6333': qdrant.url },
      });
      assert.match(refused.said?.why ?? '', /Qdrant answered 401: the key is refused$/);
      assert.doesNotMatch(refused.output, /the wrong one/);
      const without = await runJob(backup, {
        configMaps,
        volumes: { '/repository': repository },
        secrets: password,
        addresses: { 'http://qdrant.context-engine.svc.cluster.local:6333': qdrant.url },
      });
      // A kubelet would hold the pod back until its deadline, an hour later.
      assert.match(
        without.said?.why ?? '',
        /there is no entry api-key of Secret context-engine-qdrant, the key of Qdrant: make it/,
      );
    });
  });

  describe('of Qdrant, in a bucket', () => {
    let qdrant: FakeQdrant;
    let s3: S3Server;
    before(async function () {
      this.timeout(600_000);
      s3 = await orSkip(this, () => S3Server.started('backups'));
      qdrant = await FakeQdrant.started();
      qdrant.fill('codebase', 12);
    });
    after(async () => {
      await qdrant?.stop();
      await s3?.stop();
    });

    const target = { kind: 's3', endpoint: 'https://s3.example.org', bucket: 'backups' };
    const { configMaps, ...pods } = jobsOf(
      { contextEngine: { image, layout: 'single-node', backup: { target } } },
      'backup',
    );
    const run = (
      purpose: 'backup' | 'restore' | 'drill',
      secret: string = s3Key.secret,
      storage = s3.url,
    ): Promise<JobRun> =>
      runJob(pods[purpose], {
        configMaps,
        volumes: {},
        secrets: {
          ...password,
          ...(secret === '' ? {} : { 'context-engine-s3/access-key-id': s3Key.id }),
          ...(secret === '' ? {} : { 'context-engine-s3/secret-access-key': secret }),
        },
        addresses: {
          'https://s3.example.org': storage,
          'http://qdrant.context-engine.svc.cluster.local:6333': qdrant.url,
        },
      });

    it('say so where there is none yet', async () => {
      assert.match(
        (await run('restore')).said?.why ?? '',
        /^there is no repository at s3:.*: no backup has been made yet$/,
      );
    });

    it('are no new ones where nobody answers', async () => {
      const away = await run('backup', s3Key.secret, 'http://127.0.0.1:9');
      assert.match(away.said?.why ?? '', /does not open: .*connection refused/);
    });

    it('are made and restored', async () => {
      const made = await run('backup');
      assert.equal(made.said?.ok, true, made.output);
      qdrant.lose();
      const restored = await run('restore');
      assert.deepEqual(restored.said?.counts, { qdrant: { codebase: 12 } }, restored.output);
    });

    it('fail with one sentence without their key, or with another one', async () => {
      const why = /^there is no entry access-key-id and secret-access-key of Secret context-engine-s3/;
      assert.match((await run('backup', '')).said?.why ?? '', why);
      const wrong = await run('backup', s3Key.secret.toUpperCase());
      assert.equal(wrong.container, 'open');
      assert.match(wrong.said?.why ?? '', /does not open: .*(Access Denied|signature)/);
    });
  });

  describe('of a volume', () => {
    const { configMaps, ...pods } = jobsOf({ memoryMcp: { backup: { volume: {} } } }, 'volumeBackup');
    let data: string;
    let repository: string;
    let writer: Running;
    const run = (purpose: 'backup' | 'restore' | 'drill', more: Partial<JobOptions> = {}) =>
      runJob(pods[purpose], {
        configMaps,
        volumes: { '/repository': repository, ...(purpose === 'drill' ? {} : { '/volume': data }) },
        secrets: { 'memory-mcp-backup/password': 'a good one' },
        ...more,
      });
    const python = async (script: string) => {
      const { python: path } = await jobPrograms();
      return new Running('/usr/bin/env', ['python3', '-c', script, join(data, 'recall_log.sqlite')], { PATH: path });
    };
    before(async () => {
      data = folder();
      repository = folder();
      mkdirSync(join(data, 'repo/.git/objects'), { recursive: true });
      writeFileSync(join(data, 'repo/note.md'), 'as it was');
      // A server that has its database open, with rows that are in the write-ahead log alone.
      writer = await python(`
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode=WAL")
db.execute("CREATE TABLE events (what TEXT)")
db.executemany("INSERT INTO events VALUES (?)", [("applied",)] * 5)
print("ready", flush=True)
time.sleep(600)`);
      while (!writer.output.includes('ready')) await new Promise((resolve) => setTimeout(resolve, 20));
    });
    after(() => writer?.signal('SIGKILL'));

    it('have the rows that are in the log alone, and are tried out', async () => {
      const made = await run('backup');
      assert.equal(made.said?.ok, true, made.output);
      assert.deepEqual(made.said?.counts, { volume: { files: 2, 'recall_log.sqlite: events': 5 } });
      assert.equal((await run('drill')).said?.ok, true);
    });

    it('are restored only where nobody has the database open', async () => {
      writeFileSync(join(data, 'repo/note.md'), 'changed');
      const refused = await run('restore', { env: { OVERWRITE: '1' } });
      assert.match(refused.said?.why ?? '', /recall_log\.sqlite is in use: stop the server first$/);
      writer.signal('SIGKILL');
      await writer.ended;
      const gone = await python(
        'import sqlite3, sys; sqlite3.connect(sys.argv[1], isolation_level=None).execute("DELETE FROM events")',
      );
      assert.equal((await gone.ended).code, 0, gone.output);
      const restored = await run('restore', { env: { OVERWRITE: '1' } });
      assert.deepEqual(
        restored.said?.counts,
        { volume: { files: 2, 'recall_log.sqlite: events': 5 } },
        restored.output,
      );
    });

    it('are restored beside what has come since, which they neither count nor touch', async () => {
      writeFileSync(join(data, 'repo/later.md'), 'written since');
      const restored = await run('restore', { env: { OVERWRITE: '1' } });
      const counts = { volume: { files: 2, 'recall_log.sqlite: events': 5 } };
      assert.deepEqual([restored.said?.ok, restored.said?.counts], [true, counts], restored.output);
      assert.equal(readFileSync(join(data, 'repo/later.md'), 'utf8'), 'written since');
    });
  });
});
