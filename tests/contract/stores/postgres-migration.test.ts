import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IJob } from 'kubernetes-models/batch/v1';
import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import { type Migration, migrationJob } from '../../../components/kit/parts/migration-job';
import { type PostgresClient, postgresPorts } from '../../../components/kit/stores/postgres/client';
import { postgresMigrations } from '../../../components/kit/stores/postgres/migration';
import { postgresObjects } from '../../../components/kit/stores/postgres/objects';
import { runJob } from '../../support/contract/job-pod';
import { orSkip } from '../../support/contract/missing';
import { ImagePod, podAddress } from '../../support/images/pod';
import { StoreImages } from '../../support/images/store-pod';
import { mounted } from '../../support/images/volumes';
import { postgresArgs } from '../../support/stores';

const image = 'docker.io/pgvector/pgvector:pg16';
const secrets = { 'stores/sql': 'super', 'stores/tenant': 'qu"o\\te d\n' };
const place = { host: podAddress, port: postgresPorts.requests };
/** A role that owns its database, and may do nothing else. */
const client: PostgresClient = {
  ...{
    mode: 'external',
    ...place,
    direct: place,
    database: 'hosted',
    user: 'tenant',
    sslmode: 'disable',
    ca: undefined,
  },
  password: {
    source: { source: 'config', secretName: 'stores', secretKey: 'tenant', secretRevision: 0 },
    key: 'secret',
  },
  connections: 10,
  remote: undefined,
};

describe('a migration of a real PostgreSQL, as the plan runs it', function () {
  this.timeout(240_000);
  let images: StoreImages;
  let server: ImagePod;
  before(async function () {
    this.timeout(0);
    images = await orSkip(this, () => StoreImages.of(image));
    const claims = { 'data-postgres-0': images.volume('data') };
    server = await images.started(postgresObjects({ ...postgresArgs, image, init: {} }), claims, { secrets });
    await sql('notes', "CREATE ROLE tenant LOGIN PASSWORD 'qu\"o\\te d'");
    await sql('notes', 'CREATE DATABASE hosted OWNER tenant');
  });
  after(async () => {
    await server?.kill();
    await images?.remove();
  });

  const sql = async (database: string, statement: string) => {
    const words = ['psql', '-XAtq', '-h', '127.0.0.1', '-U', 'writer', '-d', database, '-c', statement];
    const { exitCode, stderr, stdout } = await server.exec(...words);
    assert.equal(exitCode, 0, stderr);
    return stdout.trim();
  };
  /** A migration whose command is SQL. */
  const migration = (statement: string, { seconds = 20, waitSeconds = 6 } = {}): Migration =>
    migrationJob({
      ...{ name: 'notes-migration', podLabels: {}, seconds, retries: 0, entries: [], after: [] },
      metadata: (name) => ({ name, namespace: 'stores' }),
      database: postgresMigrations({ name: 'notes', client, toolsImage: image, extensions: ['vector'], waitSeconds }),
      container: {
        image,
        command: ['psql', '-X', '-v', 'ON_ERROR_STOP=1', '-c', statement],
        env: [
          { name: 'PGHOST', value: podAddress },
          { name: 'PGUSER', value: 'tenant' },
          { name: 'PGDATABASE', value: 'hosted' },
          { name: 'PGPASSWORD', value: 'qu"o\\te d' },
        ],
      },
      ...{ runAs: { uid: 1000, gid: 1000 }, serviceAccountName: 'default', imagePullSecrets: [] },
    });
  const run = ({ job }: Migration) => {
    const spec = (job.object as IJob).spec?.template.spec as unknown as IPodSpec;
    return runJob(spec, { configMaps: {}, volumes: {}, secrets, inImage: images.bundle, network: server });
  };
  /** What a pod of a version comes to before its own containers. @param seconds that it waits */
  const awaited = async ({ awaiting }: Migration, seconds = 4) => {
    const env = (awaiting.container.env ?? []).map((each) =>
      each.name === 'WAIT_SECONDS' ? { ...each, value: String(seconds) } : each,
    );
    const container: IContainer = { ...awaiting.container, env };
    const spec: IPodSpec = { containers: [container], volumes: [...awaiting.volumes] };
    const paths = mounted(spec, mkdtempSync(join(images.folder, 'pod-')), {}, secrets);
    return new ImagePod(spec, { image: images.bundle, paths, secrets, network: server }).run(container);
  };

  it('waits for an extension that its role may not make, and says who does what', async () => {
    const first = migration('CREATE TABLE notes (id int)');
    const refused = await run(first);
    assert.equal(refused.container, 'prepare-database');
    assert.match(
      refused.output,
      /database hosted has no extension vector, and role tenant cannot make it \(permission denied.*: whoever administers it runs CREATE EXTENSION "vector" there, then run this again \(waited 6 s\)/,
    );
    const waiting = await awaited(first);
    assert.equal(waiting.code, 1);
    assert.match(waiting.output, /notes is not migrated to version \w+: the log of its migration Job says why/);
    await sql('hosted', 'CREATE EXTENSION vector');
  });

  it('is one version after the other, each with the pods that need it', async () => {
    const [first, second] = [migration('CREATE TABLE notes (id int)'), migration('ALTER TABLE notes ADD v vector(3)')];
    const made = await run(first);
    assert.deepEqual([made.container, made.code], ['mark-version', 0], made.output);
    assert.equal((await awaited(first)).code, 0);
    assert.equal((await awaited(second)).code, 1);
    const broken = migration('ALTER TABLE nowhere ADD x int');
    const failed = await run(broken);
    assert.deepEqual([failed.container, failed.code], ['migrate', 1]);
    assert.match(failed.output, /relation "nowhere" does not exist/);
    assert.deepEqual([(await awaited(broken)).code, (await awaited(first)).code], [1, 0]);
    assert.equal((await run(second)).code, 0);
    assert.equal((await awaited(second)).code, 0);
    assert.equal(await sql('hosted', 'SELECT count(*) FROM memory_fleet.migrations'), '2');
  });

  it('never runs beside another one, and takes no longer than it may', async () => {
    const slow = migration('SELECT pg_sleep(8); CREATE TABLE slow (id int)');
    const late = migration('CREATE TABLE late AS SELECT * FROM slow');
    const [one, two] = await Promise.all([run(slow), sleep(5000).then(() => run(late))]);
    assert.deepEqual([one.code, two.code], [0, 0], `${one.output}${two.output}`);
    const tooSlow = await run(migration('SELECT pg_sleep(30)', { seconds: 3 }));
    assert.deepEqual([tooSlow.container, tooSlow.code], ['migrate', 124]);
    assert.match(tooSlow.output, /not migrated within 3 s: look at what holds its tables/);
    const blocked = migration('SELECT 1', { seconds: 3 });
    const [, second] = await Promise.all([run(migration('SELECT pg_sleep(9)')), sleep(4000).then(() => run(blocked))]);
    assert.match(second.output, /another migration holds the lock for 3 s/);
  });

  it('says that the database refuses it at once, and never shows the password', async () => {
    const given = { ...secrets, 'stores/tenant': 'wrong-one' };
    const { job } = migration('SELECT 1');
    const spec = (job.object as IJob).spec?.template.spec as unknown as IPodSpec;
    const options = { configMaps: {}, volumes: {}, secrets: given, inImage: images.bundle, network: server };
    const refused = await runJob(spec, options);
    assert.match(refused.output, /PostgreSQL at 192.0.2.1 refuses us: .*password authentication failed/);
    assert.doesNotMatch(refused.output, /wrong-one|te d/);
    const command = JSON.stringify(spec);
    assert.ok(!command.includes('wrong-one'));
  });
});
