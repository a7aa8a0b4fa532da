import assert from 'node:assert/strict';
import { postgresBackup } from '../../../components/kit/stores/postgres/backup';
import { type PostgresArgs, postgresObjects } from '../../../components/kit/stores/postgres/objects';
import { runJob } from '../../support/contract/job-pod';
import { orSkip } from '../../support/contract/missing';
import { backupPassword, storeJobs } from '../../support/contract/store-jobs';
import { type ImagePod, podAddress } from '../../support/images/pod';
import { StoreImages } from '../../support/images/store-pod';
import { postgresArgs } from '../../support/stores';

const of16 = 'docker.io/pgvector/pgvector:pg16';
const of18 = 'docker.io/pgvector/pgvector:pg18';
const host = 'postgres.stores.svc';
const secrets = { 'stores/sql': "it's one\n", 'stores/other': 'another @:/ one', ...backupPassword };
const entry = (secretKey: string) => ({ secretName: 'stores', secretKey });
const { database, maxConnections, resources, user } = postgresArgs;
/** What is restored elsewhere, by a role that may do nothing but own its database. */
const elsewhere = { database: 'hosted', user: 'tenant' };

describe('a PostgreSQL that moves', function () {
  this.timeout(240_000);
  let images: StoreImages;
  const pods: ImagePod[] = [];
  before(async function () {
    this.timeout(0);
    images = await orSkip(this, () => StoreImages.of(of16, of18));
  });
  after(async () => {
    for (const pod of pods) await pod.kill();
    await images?.remove();
  });

  const start = async (volume: string, change: Partial<PostgresArgs> = {}) => {
    const claims = { 'data-postgres-0': images.volume(volume) };
    const args = { ...postgresArgs, image: of16, init: {}, ...change };
    const pod = await images.started(postgresObjects(args), claims, { secrets });
    pods.push(pod);
    return pod;
  };
  const sql = async (pod: ImagePod, name: string, statement: string): Promise<string> => {
    const words = [
      'psql',
      '-XAtq',
      '-v',
      'ON_ERROR_STOP=1',
      '-h',
      '127.0.0.1',
      '-U',
      user,
      '-d',
      name,
      '-c',
      statement,
    ];
    const { exitCode, stderr, stdout } = await pod.exec(...words);
    assert.equal(exitCode, 0, stderr);
    return stdout.trim();
  };
  const run = (
    purpose: 'backup' | 'restore',
    pod: ImagePod,
    to: { readonly image: string; readonly database: string; readonly user: string; readonly password: string },
  ) => {
    const { configMaps, ...jobs } = storeJobs(
      [postgresBackup({ ...to, host, maxConnections, resources, password: entry(to.password), storageSize: '1Gi' })],
      { uid: 1000, gid: 1000 },
    );
    return runJob(jobs[purpose], {
      ...{ configMaps, secrets, inImage: images.bundle, network: pod },
      volumes: { '/repository': images.volume('repository') },
      addresses: { [host]: podAddress },
    });
  };
  const own = { image: of16, database, user, password: 'sql' };
  const theirs = { image: of18, ...elsewhere, password: 'other' };

  it('gets the extensions that it lacks at its next start, and says which one no image of it has', async () => {
    const pod = await start('own');
    await sql(
      pod,
      database,
      "CREATE TABLE notes (id bigint PRIMARY KEY, body text); INSERT INTO notes VALUES (1, 'ü')",
    );
    assert.equal(await sql(pod, database, "SELECT count(*) FROM pg_extension WHERE extname = 'vector'"), '0');
    await pod.stop();
    await assert.rejects(
      start('own', { extensions: ['vector', 'nonesuch'] }),
      /database notes does not get extension nonesuch, .*set an image that has it/,
    );
    const again = await start('own', { extensions: ['vector'] });
    await sql(
      again,
      database,
      `CREATE TABLE items (id int, v vector(3)); INSERT INTO items SELECT n, ARRAY[n, 1, 2] FROM generate_series(1, 200) n;
       CREATE INDEX ON items USING hnsw (v vector_l2_ops); CREATE ROLE reader; GRANT SELECT ON notes TO reader`,
    );
    const made = await run('backup', again, own);
    assert.deepEqual([made.said?.ok, made.said?.counts], [true, counts], made.output);
    await again.stop();
    const fresh = await start('fresh', { extensions: ['vector'] });
    assert.equal(await sql(fresh, database, "SELECT count(*) FROM pg_extension WHERE extname = 'vector'"), '1');
    await fresh.stop();
  });

  const counts = { postgres: { 'public.notes': 1, 'public.items': 200 } };

  it('is loaded into one of a later version whose role is no superuser, once its extensions are there', async () => {
    const pod = await start('theirs', { image: of18 });
    await sql(pod, database, `CREATE ROLE tenant LOGIN PASSWORD '${secrets['stores/other']}'`);
    await sql(pod, database, 'CREATE DATABASE hosted OWNER tenant');
    const refused = await run('restore', pod, theirs);
    assert.match(
      refused.said?.why ?? '',
      /load postgres: database hosted has no extension vector, and role tenant may not make it: an administrator runs CREATE EXTENSION/,
    );
    assert.equal(await sql(pod, 'hosted', "SELECT count(*) FROM pg_class WHERE relname = 'notes'"), '0');
    await sql(pod, 'hosted', 'CREATE EXTENSION vector');
    const moved = await run('restore', pod, theirs);
    assert.deepEqual([moved.said?.ok, moved.said?.counts], [true, counts], moved.output);
    assert.equal(await sql(pod, 'hosted', "SELECT id FROM items ORDER BY v <-> '[77,1,2]' LIMIT 1"), '77');
    assert.equal(await sql(pod, 'hosted', "SELECT tableowner FROM pg_tables WHERE tablename = 'items'"), 'tenant');
    // And on from there, by the same role.
    const onwards = await run('backup', pod, theirs);
    assert.deepEqual([onwards.said?.ok, onwards.said?.counts], [true, counts], onwards.output);
    for (const { output } of [refused, moved, onwards]) assert.doesNotMatch(output, /another @|it's one/);
    await pod.stop();
  });
});
