import assert from 'node:assert/strict';
import type { IJob } from 'kubernetes-models/batch/v1';
import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import { runOf, written } from '../support/contract/engine-scripts';
import { orSkip } from '../support/contract/missing';
import { type OwnStore, ownPostgres } from '../support/contract/own-stores';
import { containerOf } from '../support/contract/pod';
import { freePorts } from '../support/contract/ports';
import { RaeApplication } from '../support/contract/rae-application';
import { find } from '../support/unit/context-engine';
import { described } from '../support/unit/rae';

const password = 'pa:ss/w@rd %41"\\? #é';
const secrets = { 'rae-secrets/postgres-password': `${password}\n` };
/** Tables that upstream's migrations make. */
const tables = [
  ...['memories', 'memory_embeddings', 'tenants', 'user_tenant_roles', 'budgets', 'access_logs', 'token_savings_log'],
  ...['knowledge_graph_nodes', 'knowledge_graph_edges'],
];
const create = (names: readonly string[]) => names.map((name) => `CREATE TABLE ${name} (id int)`).join('; ');

/** What every failure ends with. */
const again = '\nonce that is mended: delete Job rae-memory-migration-0123456789, then run up again';

/** The same container, with this many seconds for all that it does. */
function within(seconds: number, container: IContainer): IContainer {
  const { command = [] } = container;
  assert.equal(command[4], '2100');
  return { ...container, command: command.with(4, String(seconds)) };
}

describe('the migration of RAE, as its plan runs it, on a real PostgreSQL', function () {
  this.timeout(180_000);
  const plan = described();
  const job = find<IJob>(plan, 'Job', /^rae-memory-migration/);
  const migrate = containerOf(job.spec?.template.spec as IPodSpec, 'migrate');
  let application: RaeApplication;
  let postgres: OwnStore;

  before(async function () {
    this.timeout(0);
    application = await orSkip(this, () => RaeApplication.made());
    postgres = await orSkip(this, () => ownPostgres(`${application.folder}/postgres`, 'super'));
    application.revise({ name: 'first', sql: create(tables.slice(1)) });
    application.revise({ name: 'second', after: 'first', sql: `CREATE TABLE ${tables[0]} (v vector(3))` });
  });
  after(async () => {
    await postgres?.stop();
    application?.remove();
  });

  const literal = `'${password.replaceAll("'", "''")}'`;
  let number = 0;
  /** An empty database with an owner of its own, and what runs there. */
  async function database(rights = '') {
    const name = `rae_${++number}`;
    await postgres.ask('-c', `CREATE ROLE ${name} LOGIN ${rights} PASSWORD ${literal}`);
    await postgres.ask('-c', `CREATE DATABASE ${name} OWNER ${name}`);
    const here = {
      HOSTNAME: 'rae-memory-migration-0123456789-ab2cd',
      ...{ POSTGRES_HOST: '127.0.0.1', PGPORT: String(postgres.port), POSTGRES_DB: name, POSTGRES_USER: name },
      ...{ WAIT_SECONDS: '10', PGSSLMODE: 'prefer' },
    };
    const start = (env: Readonly<Record<string, string>> = {}, container = migrate) =>
      application.start(container, secrets, { ...here, ...env });
    return { name, ask: (sql: string) => postgres.ask('-d', name, '-c', sql), start };
  }

  it('makes extensions and tables with a password that no URL holds as it is, and says from where to where', async () => {
    const { ask, start } = await database('SUPERUSER');
    const { code, output } = await runOf(start());
    assert.equal(code, 0, output);
    assert.match(output, /PostgreSQL is there\nmade extension vector\nmade extension pgcrypto\nbefore: no schema\n/);
    assert.match(output, /after: second \(head\)\n9 tables are there$/);
    assert.equal(await ask('SELECT version_num FROM alembic_version'), 'second');
    assert.doesNotMatch(output, /w@rd|w%40rd/);
  });

  it('changes nothing the second time', async () => {
    const { ask, start } = await database('SUPERUSER');
    assert.equal((await runOf(start())).code, 0);
    await ask('INSERT INTO tenants VALUES (7)');
    const before = await ask(
      "SELECT oid, relname, relfilenode FROM pg_class WHERE relnamespace = 'public'::regnamespace",
    );
    const { code, output } = await runOf(start());
    assert.equal(code, 0, output);
    assert.match(output, /before: second \(head\)\n/);
    assert.doesNotMatch(output, /made extension/);
    assert.equal(
      await ask("SELECT oid, relname, relfilenode FROM pg_class WHERE relnamespace = 'public'::regnamespace"),
      before,
    );
    assert.equal(await ask('SELECT id FROM tenants'), '7');
  });

  it('runs one at a time', async () => {
    const { start } = await database('SUPERUSER');
    const runs = await Promise.all([start(), start()].map(runOf));
    assert.deepEqual(
      runs.map(({ code }) => code),
      [0, 0],
      runs.map(({ output }) => output).join('\n'),
    );
    assert.equal(runs.filter(({ output }) => output.includes('before: no schema')).length, 1);
  });

  it('waits for another one, and ends by itself where that never does', async () => {
    const { ask, start } = await database('SUPERUSER');
    const other = ask('SELECT pg_advisory_lock(7267533001), pg_sleep(600)').catch(() => 'ended');
    const held = "FROM pg_locks WHERE locktype = 'advisory' AND granted";
    while ((await ask(`SELECT count(*) ${held}`)) === '0');
    const running = start({}, within(10, migrate));
    await written(running, 'another migration runs: waiting for its end');
    const { code, output } = await runOf(running);
    assert.equal(code, 124);
    assert.ok(output.includes('not done within 10 s: look at what it waits for, or allow more time\n'), output);
    await ask(`SELECT pg_terminate_backend(pid) ${held}`);
    assert.equal(await other, 'ended');
    assert.equal(await ask("SELECT to_regclass('alembic_version') IS NULL"), 't');
  });

  it('leaves a schema alone that a newer version has made', async () => {
    const { ask, start } = await database('SUPERUSER');
    assert.equal((await runOf(start())).code, 0);
    await ask("UPDATE alembic_version SET version_num = 'third'");
    const { code, output } = await runOf(start());
    assert.equal(code, 0, output);
    assert.match(output, /the schema is at third, which a newer version has made: it stays\n9 tables are there$/);
    assert.equal(await ask('SELECT version_num FROM alembic_version'), 'third');
  });

  it('tells what an administrator has to do where the owner may not make pgvector, and needs no right once it is there', async () => {
    const { ask, name, start } = await database();
    const refused = await runOf(start());
    assert.equal(refused.code, 1);
    assert.match(
      refused.output,
      new RegExp(`there is no extension vector, and ${name} may not make it \\(permission denied to create extension`),
    );
    const command = /runs, in (\S+), (CREATE EXTENSION vector;)/.exec(refused.output);
    assert.equal(command?.[1], name);
    assert.equal(await ask("SELECT count(*) FROM pg_class WHERE relname = 'alembic_version'"), '0');
    await ask(command?.[2] ?? '');
    const { code, output } = await runOf(start());
    assert.equal(code, 0, output);
  });

  it('fails with the reason of the database, and has changed nothing', async () => {
    const { ask, start } = await database('SUPERUSER');
    await ask(`CREATE TABLE ${tables[0]} (half_made int)`);
    const { code, output } = await runOf(start());
    assert.equal(code, 1);
    assert.match(output, /relation "memories" already exists/);
    assert.match(output, /alembic upgrade head ended with \d+: the reason is above, and nothing has changed\n/);
    assert.ok(output.endsWith(again), output);
    assert.equal(await ask("SELECT to_regclass('tenants') IS NULL"), 't');
  });

  it('names a table that the migration did not make', async () => {
    const { ask, start } = await database('SUPERUSER');
    assert.equal((await runOf(start())).code, 0);
    await ask('DROP TABLE budgets, access_logs');
    const { code, output } = await runOf(start());
    assert.equal(code, 1);
    assert.ok(output.endsWith(`tables are missing after the migration: budgets, access_logs${again}`), output);
  });

  it('waits for a database that comes later', async () => {
    const { ask, name, start } = await database('SUPERUSER');
    await postgres.ask('-c', `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    const running = start({ WAIT_SECONDS: '30' });
    await written(running, 'waiting for PostgreSQL: ');
    await postgres.ask('-c', `ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    assert.equal((await runOf(running)).code, 0, running.output);
    assert.equal(await ask('SELECT count(*) FROM alembic_version'), '1');
  });

  it('ends with a reason and without the password where it never comes, or lets nobody in', async () => {
    const { name, start } = await database();
    const { 0: port = 0 } = await freePorts([0]);
    const none = await runOf(start({ WAIT_SECONDS: '2', PGPORT: String(port) }));
    assert.match(none.output, /^PostgreSQL is not there after 2 s: .*[Cc]onnection refused.*; remedy: /m);
    const other = await runOf(start({ WAIT_SECONDS: '2', POSTGRES_PASSWORD: 'an other@one' }));
    assert.match(other.output, new RegExp(`password authentication failed for user "${name}"`));
    assert.deepEqual([none.code, other.code], [1, 1]);
    assert.doesNotMatch(none.output + other.output, /w@rd|w%40rd|other@one|other%40one/);
  });
});
