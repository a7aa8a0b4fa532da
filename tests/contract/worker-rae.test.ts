import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runOf, written } from '../support/contract/engine-scripts';
import { FakeQdrant } from '../support/contract/fake-qdrant';
import { orSkip } from '../support/contract/missing';
import { type OwnStore, ownPostgres, ownRedis } from '../support/contract/own-stores';
import { containerOf } from '../support/contract/pod';
import { freePorts } from '../support/contract/ports';
import type { Running } from '../support/contract/process';
import { RaeApplication } from '../support/contract/rae-application';
import { pod } from '../support/unit/context-engine';
import { described } from '../support/unit/rae';

const password = 'qu"o\\te d@:/%41#?';
const secrets = {
  ...{ 'rae-secrets/postgres-password': 'sql', 'rae-secrets/redis-password': `${password}\n` },
  ...{ 'rae-secrets/jwt-secret': 'jwt', 'rae-secrets/api-master-key': 'master' },
};
const task = 'apps.memory_api.tasks.background_tasks.work';

describe('worker and beat of RAE, as its plan runs them, with a real Celery and a real Redis', function () {
  this.timeout(120_000);
  const plan = described({ worker: { concurrency: 1 } });
  const containerIn = (name: string) => containerOf(pod(plan, 'Deployment', name), name);
  const [worker, beat] = ['rae-memory-celery-worker', 'rae-memory-beat'].map(containerIn);
  let application: RaeApplication;
  let redis: OwnStore;
  let postgres: OwnStore;
  let qdrant: FakeQdrant;
  let running: Running | undefined;

  before(async function () {
    this.timeout(0);
    application = await orSkip(this, () => RaeApplication.made());
    redis = await orSkip(this, () => ownRedis(`${application.folder}/redis`, password));
    postgres = await orSkip(this, () => ownPostgres(`${application.folder}/postgres`, 'sql'));
    qdrant = await FakeQdrant.started();
    application.revise({ name: 'first', sql: '' });
    application.revise({ name: 'second', after: 'first', sql: '' });
    await postgres.ask('-c', 'CREATE TABLE alembic_version (version_num text)');
  });
  beforeEach(async () => {
    await redis.ask('flushall');
    qdrant.fill('memories', 0);
    await schema("'second'");
  });
  afterEach(async () => {
    await running?.stop(1, 'SIGKILL');
    running = undefined;
  });
  after(async () => {
    await Promise.all([redis?.stop(), postgres?.stop(), qdrant?.stop()]);
    application?.remove();
  });

  const schema = (...versions: readonly string[]) =>
    postgres.ask(
      ...['-c', 'DELETE FROM alembic_version'],
      ...versions.flatMap((version) => ['-c', `INSERT INTO alembic_version VALUES (${version})`]),
    );
  const keys = async (database: number, pattern: string) =>
    (await redis.ask('-n', String(database), 'keys', pattern)).split('\n').filter(Boolean);
  const waiting = async () => Number(await redis.ask('-n', '1', 'llen', 'celery'));
  const has = (file: string) => existsSync(join(application.tmp, file));
  async function until(what: string, seen: () => boolean | Promise<boolean>, seconds = 60): Promise<void> {
    for (const end = Date.now() + seconds * 1000; !(await seen()); await sleep(50)) {
      assert.ok(Date.now() < end && !running?.hasEnded, `never ${what}: ${running?.output}`);
    }
  }

  function start(container = worker, here: Readonly<Record<string, string>> = {}): Running {
    assert.ok(container);
    running = application.start(container, secrets, {
      ...{ REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis.port) },
      ...(container === worker
        ? {
            ...{ POSTGRES_HOST: '127.0.0.1', PGPORT: String(postgres.port), PGSSLMODE: 'disable' },
            ...{ POSTGRES_DB: 'postgres', POSTGRES_USER: 'postgres', QDRANT_URL: qdrant.url },
          }
        : {}),
      ...{ WAIT_SECONDS: '30', ...here },
    });
    return running;
  }

  /** Puts tasks into the queue, as the API does. */
  async function ask(...tasks: readonly (readonly [seconds: number, name: string])[]): Promise<void> {
    const url = (database: number) =>
      `redis://:${encodeURIComponent(password)}@127.0.0.1:${redis.port}/${String(database)}`;
    const send = `import json, os
from apps.memory_api.tasks.background_tasks import work
for each in json.loads(os.environ["TASKS"]): work.delay(*each)`;
    const env = { TASKS: JSON.stringify(tasks), CELERY_BROKER_URL: url(1), CELERY_RESULT_BACKEND: url(2) };
    const { code, output } = await runOf(application.run(send, env));
    assert.equal(code, 0, output);
  }

  it('registers the tasks of the module, does one, and puts its result into the database of results', async () => {
    const files = readdirSync(application.app, { recursive: true });
    const process = start();
    await written(process, 'ready.', 60);
    assert.match(process.output, /PostgreSQL is there\nthe schema is there\nRedis is there\nQdrant is there\n/);
    assert.match(process.output, new RegExp(`\\[tasks\\]\\s+\\. ${task.replaceAll('.', '\\.')}\\n`));
    assert.match(process.output, /concurrency: 1 /);
    await ask([0, 'one']);
    await until('a result', async () => (await keys(2, 'celery-task-meta-*')).length === 1);
    assert.ok(has('one-ended'));
    assert.deepEqual(await keys(0, '*'), []);
    assert.deepEqual(readdirSync(application.app, { recursive: true }), files);
    assert.doesNotMatch(process.output, /te d|te%20d/);
  });

  it('ends on SIGTERM after the running task, and leaves in the queue what it has not begun', async () => {
    const process = start();
    await written(process, 'ready.', 60);
    await ask([4, 'long'], [0, 'later']);
    await until('began', () => has('long-began'));
    const { code } = await process.stop(60);
    assert.equal(code, 0, process.output);
    assert.deepEqual([has('long-ended'), has('later-began')], [true, false]);
    assert.equal((await keys(2, 'celery-task-meta-*')).length, 1);
    assert.equal(await waiting(), 1);
  });

  it('has a beat that puts into the queue what is due, keeps its file in /tmp alone, and ends when it is told to', async () => {
    const files = readdirSync(application.app, { recursive: true });
    const process = start(beat);
    await until('scheduled', async () => (await waiting()) >= 2);
    const { code } = await process.stop(30);
    assert.equal(code, 0, process.output);
    assert.ok(readdirSync(application.tmp).some((file) => file.startsWith('celerybeat-schedule')));
    assert.deepEqual(readdirSync(application.app, { recursive: true }), files);
    assert.match(await redis.ask('-n', '1', 'lindex', 'celery', '0'), new RegExp(`"task": "${task}"`));
  });

  it('ends before Celery, with what is missing and without a password', async () => {
    const { 0: nobody = 0 } = await freePorts([0]);
    const late = { WAIT_SECONDS: '1' };
    const reasonOf = async (here: Readonly<Record<string, string>>, container = worker) => {
      const { code, lastLine, output } = await runOf(start(container, { ...late, ...here }));
      assert.equal(code, 1, output);
      assert.doesNotMatch(output, /te d|te%20d|another%20one|another one|celery@/);
      return lastLine;
    };
    const nowhere = `http://127.0.0.1:${nobody}`;
    assert.match(await reasonOf({ PGPORT: String(nobody) }), /^PostgreSQL is not there after 1 s: .*refused.*remedy: /);
    assert.match(await reasonOf({ REDIS_PORT: String(nobody) }), /^Redis is not there after 1 s: .*refused/);
    assert.match(
      await reasonOf({ REDIS_PASSWORD: 'another one' }, beat),
      /^Redis is not there after 1 s: .*(WRONGPASS|invalid username-password)/,
    );
    assert.match(await reasonOf({ QDRANT_URL: nowhere }), /^Qdrant is not there after 1 s: .*refused/);
    qdrant.lose();
    assert.match(await reasonOf({}), /^the collection of vectors is not there after 1 s: .*404/);
    await schema("'first'");
    assert.match(
      await reasonOf({}),
      /^the schema is not there after 1 s: the schema is at first, and .* second has not/,
    );
  });

  it('begins by itself once the migration has ended, also one that a later version made', async () => {
    await schema();
    const process = start();
    await written(process, 'waiting for the schema: ', 60);
    await schema("'of a later version'");
    await written(process, 'ready.', 60);
  });
});
