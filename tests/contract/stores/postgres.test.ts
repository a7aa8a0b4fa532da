import assert from 'node:assert/strict';
import { postgresBackup } from '../../../components/kit/stores/postgres/backup';
import { type PostgresArgs, postgresObjects, postgresUser } from '../../../components/kit/stores/postgres/objects';
import { type JobOptions, runJob } from '../../support/contract/job-pod';
import { orSkip } from '../../support/contract/missing';
import { backupPassword, storeJobs } from '../../support/contract/store-jobs';
import { type ImagePod, podAddress } from '../../support/images/pod';
import { StoreImages } from '../../support/images/store-pod';
import { postgresArgs } from '../../support/stores';

const {
  image: alpine,
  password: { source },
} = postgresArgs;
const debian = 'docker.io/pgvector/pgvector:pg16';
const next = 'docker.io/library/postgres:18.1-alpine';
const secrets = { 'stores/sql': "it's one\n", ...backupPassword };
const rows =
  "INSERT INTO notes SELECT n, 'Text ' || n || ' ü' FROM generate_series(1, 500) n; INSERT INTO tags VALUES (1, 'a'), (2, NULL)";

describe('PostgreSQL in its image, as the plan runs it', function () {
  this.timeout(240_000);
  let images: StoreImages;
  const pods: ImagePod[] = [];
  before(async function () {
    this.timeout(0);
    images = await orSkip(this, () => StoreImages.of(alpine, debian, next));
  });
  after(async () => {
    for (const pod of pods) await pod.kill();
    await images?.remove();
  });

  const start = async (
    volume: string,
    change: Partial<PostgresArgs> = {},
    values: Record<string, string> = secrets,
  ) => {
    const claims = { 'data-postgres-0': images.volume(volume) };
    const pod = await images.started(postgresObjects({ ...postgresArgs, ...change }), claims, { secrets: values });
    pods.push(pod);
    return pod;
  };
  /** As a client of another pod, to whom the server's own addresses are no reason to trust it. */
  const asClient = (pod: ImagePod, statement: string, password: string) =>
    pod.exec(
      'sh',
      '-c',
      `PGPASSWORD=$1 psql -XAtq -h ${podAddress} -U writer -d notes -c "$2"`,
      'client',
      password,
      statement,
    );
  const sql = async (pod: ImagePod, statement: string): Promise<string> => {
    const { exitCode, stderr, stdout } = await pod.exec(
      'psql',
      '-XAtq',
      '-h',
      '127.0.0.1',
      '-U',
      'writer',
      '-d',
      'notes',
      '-c',
      statement,
    );
    assert.equal(exitCode, 0, stderr);
    return stdout.trim();
  };
  const everything = (pod: ImagePod) =>
    sql(pod, "SELECT md5(string_agg(n::text, ',' ORDER BY id)) FROM notes n; SELECT count(*), count(tag) FROM tags");

  const jobsOf = (image: string) =>
    storeJobs(
      [
        postgresBackup({
          ...{
            image,
            host: 'postgres.stores.svc',
            password: source,
            storageSize: '1Gi',
            resources: postgresArgs.resources,
          },
          ...{ database: postgresArgs.database, user: postgresArgs.user, maxConnections: postgresArgs.maxConnections },
        }),
      ],
      { uid: 1000, gid: 1000 },
    );
  const run = (
    purpose: 'backup' | 'restore' | 'drill',
    network: ImagePod | undefined,
    {
      image = alpine,
      repository = 'repository',
      ...more
    }: Partial<JobOptions> & { readonly image?: string; readonly repository?: string } = {},
  ) => {
    const { configMaps, ...jobs } = jobsOf(image);
    return runJob(jobs[purpose], {
      configMaps,
      volumes: { '/repository': images.volume(repository) },
      secrets,
      addresses: { 'postgres.stores.svc': podAddress },
      inImage: images.bundle,
      ...(network ? { network } : {}),
      ...more,
    });
  };

  it('makes its database with the SQL of its system, and keeps it', async () => {
    const pod = await start('first');
    assert.deepEqual([await pod.passes('readinessProbe'), await pod.passes('livenessProbe')], [true, true]);
    assert.equal(await sql(pod, 'SHOW max_connections; SHOW shared_buffers; SHOW data_checksums'), '40\n256MB\non');
    await sql(pod, rows);
    const before = await everything(pod);
    const [ended] = await pod.stop();
    assert.equal(ended?.code, 0);
    const again = await start('first');
    assert.equal(await everything(again), before);
    assert.doesNotMatch(again.output, /it's one/);
  });

  it('takes a new password on a database that is there, and no longer the one of before', async () => {
    const before = await start('second');
    assert.equal((await asClient(before, 'SELECT 1', "it's one")).stdout.trim(), '1');
    assert.notEqual((await asClient(before, 'SELECT 1', 'another')).exitCode, 0);
    await before.stop();
    const after = await start('second', {}, { ...secrets, 'stores/sql': '\\an\'o"ther $(x)' });
    assert.equal((await asClient(after, 'SELECT 1', '\\an\'o"ther $(x)')).stdout.trim(), '1');
    assert.notEqual((await asClient(after, 'SELECT 1', "it's one")).exitCode, 0);
    const environment = await after.exec(
      'sh',
      '-c',
      "tr '\\0' '\\n' </proc/1/environ; tr '\\0' '\\n' </proc/1/cmdline",
    );
    assert.match(environment.stdout, /max_connections=40/);
    assert.doesNotMatch(environment.stdout + after.output, /o"ther/);
    // As after a crash of its node: recovery first, then the password.
    await after.kill();
    const recovered = await start('second');
    assert.equal((await asClient(recovered, 'SELECT 1', "it's one")).stdout.trim(), '1');
    await recovered.stop();
  });

  it('never starts with a password that is none, of another version, of another user, or for another role', async () => {
    const made = { password: { source: { ...source, source: 'config' as const }, key: 'password' } };
    await assert.rejects(start('first', made, { 'stores/sql': '\n' }), /the password of PostgreSQL is empty/);
    await assert.rejects(
      start('second', { image: next }),
      /the data are of PostgreSQL 16, and the image is PostgreSQL 18: go back/,
    );
    await assert.rejects(start('second', { image: debian }), /the data belong to user 70, and this is user 999/);
    await assert.rejects(start('second', { user: 'somebody' }), /role somebody is not given its password/);
    const unharmed = await start('second');
    await unharmed.stop();
  });

  it('makes its database anew where the first start was not finished', async () => {
    const broken = { ...postgresArgs.init, '003-broken.sql': 'CREATE TABLE notes (x int);' };
    await assert.rejects(start('third', { init: broken }), /relation "notes" already exists/);
    const pod = await start('third');
    assert.match(pod.output, /never finished: it is made anew/);
    await sql(pod, rows);
    await pod.stop();
    const again = await start('third');
    assert.equal(await sql(again, 'SELECT count(*) FROM notes'), '500');
    await again.stop();
  });

  it('is backed up while it runs, tried out beside it, and restored into an empty one and into a used one', async () => {
    const counts = { postgres: { 'public.notes': 500, 'public.tags': 2 } };
    const first = await start('third');
    const before = await everything(first);
    const made = await run('backup', first);
    assert.deepEqual([made.said?.ok, made.said?.counts], [true, counts], made.output);
    const drill = await run('drill', undefined);
    assert.deepEqual([drill.said?.ok, drill.said?.counts], [true, counts], drill.output);

    const empty = await start('fourth', { init: {} });
    const restored = await run('restore', empty);
    assert.deepEqual([restored.said?.ok, restored.said?.counts], [true, counts], restored.output);
    assert.equal(await everything(empty), before);
    const later = await start('later', { image: next, init: {} });
    const moved = await run('restore', later, { image: next });
    assert.equal(moved.said?.ok, true, moved.output);
    assert.equal(await everything(later), before, 'the way to another major version');

    await sql(
      first,
      "DELETE FROM tags; DELETE FROM notes WHERE id > 3; UPDATE notes SET body = 'x'; CREATE TABLE later (x int); INSERT INTO later VALUES (1)",
    );
    const refused = await run('restore', first);
    assert.deepEqual([refused.container, refused.said?.ok], ['guard', false], refused.output);
    const overwritten = await run('restore', first, { env: { OVERWRITE: '1' } });
    assert.equal(overwritten.said?.ok, true, overwritten.output);
    assert.equal(await everything(first), before);
    assert.equal(
      await sql(first, 'SELECT count(*) FROM later'),
      '1',
      'a table that is not in the backup is left alone',
    );
  });

  it('changes nothing where a restore does not come to its end', async () => {
    const pod = await start('third');
    await sql(pod, 'DELETE FROM tags WHERE note = 1; CREATE VIEW seen AS SELECT * FROM notes');
    const refused = await run('restore', pod, { env: { OVERWRITE: '1' } });
    assert.match(refused.said?.why ?? '', /load postgres: .*view public\.seen depends on table public\.notes/);
    assert.equal(await sql(pod, 'SELECT count(*) FROM tags; SELECT count(*) FROM notes'), '1\n500');
    await pod.stop();
  });

  it('says which Secret is missing, and never shows what is refused', async () => {
    const pod = await start('third');
    const none = await run('backup', pod, { secrets: backupPassword });
    assert.match(none.said?.why ?? '', /there is no entry sql of Secret stores, the password of PostgreSQL: make it/);
    await pod.stop();
  });

  it('is of Debian too, and has vectors there, in the database and in its backups', async () => {
    assert.deepEqual(postgresUser(debian), { uid: 999, gid: 999 });
    const init = { '001.sql': 'CREATE EXTENSION vector; CREATE TABLE items (id int, v vector(3))' };
    const change = { image: debian, init };
    const pod = await start('fifth', change);
    await sql(pod, "INSERT INTO items VALUES (1, '[1,2,3]'), (2, '[4,5,6]')");
    const made = await run('backup', pod, { image: debian, repository: 'vectors' });
    assert.deepEqual([made.said?.ok, made.said?.counts], [true, { postgres: { 'public.items': 2 } }], made.output);
    const drill = await run('drill', undefined, { image: debian, repository: 'vectors' });
    assert.equal(drill.said?.ok, true, drill.output);
    await sql(pod, 'DELETE FROM items');
    const restored = await run('restore', pod, { image: debian, repository: 'vectors' });
    assert.equal(restored.said?.ok, true, restored.output);
    assert.equal(await sql(pod, "SELECT id FROM items ORDER BY v <-> '[4,5,7]' LIMIT 1"), '2');
    await pod.stop();
  });
});
