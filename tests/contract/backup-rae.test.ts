import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IJob } from 'kubernetes-models/batch/v1';
import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import { type JobOptions, runJob } from '../support/contract/job-pod';
import { jobsOf } from '../support/contract/jobs-of';
import { type ImagePod, podAddress } from '../support/images/pod';
import { storePods } from '../support/images/store-pods';
import { find } from '../support/unit/context-engine';
import { described, image } from '../support/unit/rae';

const settings = { preset: 'dev' };
const plan = described(settings, {});
const { configMaps, ...jobs } = jobsOf({ rae: { image, ...settings } }, 'backup');
const secrets = {
  ...{ 'rae-secrets/postgres-password': 'p@ss\n', 'rae-secrets/redis-password': 'r:ss\n' },
  'rae-backup/password': 'a good one',
};
const within = 'rae-memory.svc.cluster.local';
const addresses = Object.fromEntries(
  ['postgresql', 'redis-master', 'qdrant'].map((store) => [`rae-memory-${store}.${within}`, podAddress]),
);
const images = [
  ...['docker.io/pgvector/pgvector:0.8.1-pg17', 'docker.io/library/redis:7.4.2', image],
  ...['docker.io/restic/restic:0.18.0', 'docker.io/library/python:3.13.5-alpine'],
];

describe('the backup of RAE, one set of its three stores, as the plan runs it', function () {
  this.timeout(300_000);
  const pods = storePods(...images);
  let postgres: ImagePod;
  let redis: ImagePod;
  let qdrant: ImagePod;

  before(async function () {
    this.timeout(0);
    postgres = await store('rae-memory-postgresql');
    redis = await store('rae-memory-redis-master', postgres);
    qdrant = await store('rae-memory-qdrant', postgres);
    await made('migration');
    await made('collection');
    for (let each = 0; each < 20; each++) await remember(`memory ${each} of before, ü`);
    await queue(['a', 'b', 'c']);
  });

  /** Starts a store of the plan. @param network pod whose network it shares, because all are reached at one address */
  async function store(name: string, network?: ImagePod): Promise<ImagePod> {
    const own = Object.entries(plan.objects).filter(
      ([, { object }]) =>
        object.kind === 'ConfigMap' || (object.kind === 'StatefulSet' && object.metadata.name === name),
    );
    const claims = Object.values(plan.objects).flatMap(({ object: { kind, metadata } }) =>
      kind === 'PersistentVolumeClaim' ? [[metadata.name, pods.images.volume(metadata.name)]] : [],
    );
    const started = await pods.images.started(Object.fromEntries(own), Object.fromEntries(claims), {
      ...{ secrets, network },
    });
    return pods.keep(started);
  }

  /** Runs a Job before a version to its end. @param more revisions of the schema that its image has besides */
  async function made(key: 'migration' | 'collection', more: Readonly<Record<string, string>> = {}): Promise<string> {
    const { spec } = find<IJob>(plan, 'Job', new RegExp(`^rae-memory-${key}`));
    const pod = spec?.template.spec as IPodSpec;
    const { code, output } = await runJob(withRevisions(pod, more), {
      ...{ configMaps, secrets, inImage: pods.images.bundle, network: postgres, volumes: revisions(more) },
      addresses: { 'rae-memory-postgresql': podAddress, 'rae-memory-qdrant': podAddress },
    });
    assert.equal(code, 0, output);
    return output;
  }

  const run = (purpose: 'backup' | 'restore' | 'drill', more: Partial<JobOptions> = {}) =>
    runJob(jobs[purpose], {
      ...{ configMaps, secrets, addresses, inImage: pods.images.bundle },
      volumes: { '/repository': pods.images.volume('repository') },
      ...(purpose === 'drill' ? {} : { network: postgres }),
      ...more,
    });

  async function out(pod: ImagePod, ...command: readonly string[]): Promise<string> {
    const { exitCode, stderr, stdout } = await pod.exec(...command);
    assert.equal(exitCode, 0, stderr);
    return stdout.trim();
  }
  const sql = (statement: string) =>
    out(
      postgres,
      'psql',
      ...['-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-U', 'rae', '-d', 'rae_memory', '-c', statement],
    );
  const keys = (...words: readonly string[]) =>
    out(redis, 'sh', '-c', 'REDISCLI_AUTH=$(cat "$PASSWORD_FILE") exec redis-cli "$@"', 'client', ...words);
  const queue = (tasks: readonly string[]) => keys('-n', '1', 'RPUSH', 'celery', ...tasks);
  const points = async (path: string, method: string, body: object = {}): Promise<unknown> => {
    const script = `fetch('http://127.0.0.1:6333/collections/memories${path}', {
      method: '${method}', headers: { 'content-type': 'application/json' }, body: process.argv[1],
    }).then((answer) => answer.json()).then(({ result }) => console.log(JSON.stringify(result ?? null)))`;
    return JSON.parse(await out(qdrant, 'node', '-e', script, JSON.stringify(body)));
  };

  /** Stores a memory as the application does: the row, then its vector. */
  async function remember(text: string): Promise<string> {
    const id = randomUUID();
    await sql(`INSERT INTO memories (id, tenant_id, content) VALUES ('${id}', '${randomUUID()}', '${text}')`);
    const vector = { nomic: Array.from({ length: 768 }, (_, index) => (index + text.length) / 1000) };
    await points('/points?wait=true', 'PUT', { points: [{ id, vector, payload: { memory_id: id } }] });
    return id;
  }
  const ids = async () => (await sql('SELECT id FROM memories ORDER BY id')).split('\n');
  const vectorsOf = (all: readonly string[]) => points('/points', 'POST', { ids: all, with_vector: true });
  /** Everything that a restore has to bring back. */
  const everything = async () => ({
    rows: await sql('SELECT id, tenant_id, content, created_at FROM memories ORDER BY id'),
    schema: await sql('SELECT version_num FROM alembic_version'),
    queue: await keys('-n', '1', 'LRANGE', 'celery', '0', '-1'),
    vectors: await vectorsOf(await ids()),
  });
  async function loseAll(): Promise<void> {
    await sql('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await keys('FLUSHALL');
    await points('', 'DELETE');
  }

  it('comes back as it was: rows, what waits in the queue, vectors', async () => {
    const before = await everything();
    assert.equal((before.vectors as unknown[]).length, 20);
    const backup = await run('backup');
    assert.equal(backup.said?.ok, true, backup.output);
    await loseAll();
    const back = await run('restore');
    assert.equal(back.said?.ok, true, back.output);
    assert.deepEqual(back.said?.counts, backup.said?.counts);
    assert.deepEqual(await everything(), before);
  });

  it('is tried out beside the system', async () => {
    const { output, said } = await run('drill');
    assert.equal(said?.ok, true, output);
  });

  it('is made while memories are stored: each memory that comes back has its vector', async () => {
    const dumps = (jobs.backup.initContainers ?? []).map(({ name }) => name).filter((name) => name.startsWith('dump-'));
    assert.equal(dumps.length, 3);
    const backup = await run('backup', {
      after: async (container) => {
        if (dumps.includes(container)) await remember(`stored after ${container}`);
      },
    });
    assert.equal(backup.said?.ok, true, backup.output);
    await loseAll();
    const back = await run('restore');
    assert.equal(back.said?.ok, true, back.output);
    const memories = await ids();
    assert.ok(memories.length >= 20);
    assert.equal(((await vectorsOf(memories)) as unknown[]).length, memories.length);
  });

  it('takes data and schema back from a newer version, by the runbook', async () => {
    const newer = {
      '0002_renamed.py': `from alembic import op
revision = "0002"
down_revision = "9ee276de27bb"

def upgrade():
    op.execute("ALTER TABLE memories RENAME content TO words")
`,
    };
    const before = await everything();
    const { said: kept } = await run('backup');
    assert.ok(kept?.snapshot);
    assert.match(await made('migration', newer), /before: 9ee276de27bb\nafter: 0002 \(head\)\n/);
    await sql(`INSERT INTO memories (tenant_id, words) VALUES ('${randomUUID()}', 'stored by the newer version')`);
    const back = await run('restore', { env: { BACKUP: kept.snapshot, OVERWRITE: '1' } });
    assert.equal(back.said?.ok, true, back.output);
    assert.deepEqual(await everything(), before);
    assert.match(await made('migration'), /before: 9ee276de27bb \(head\)\nafter: 9ee276de27bb \(head\)\n/);
  });

  const versions = '/app/alembic/versions';
  const own = 'rae/alembic/versions/9ee276de27bb_tables.py';

  /** A folder with the revisions of an image, where they are others than those of the one under test. */
  function revisions(more: Readonly<Record<string, string>>): Record<string, string> {
    if (Object.keys(more).length === 0) return {};
    const folder = mkdtempSync(join(pods.images.folder, 'versions-'));
    const source = join(__dirname, '..', 'support', 'contract', own);
    writeFileSync(join(folder, '9ee276de27bb_tables.py'), readFileSync(source));
    for (const [name, text] of Object.entries(more)) writeFileSync(join(folder, name), text);
    return { [versions]: folder };
  }

  function withRevisions(pod: IPodSpec, more: Readonly<Record<string, string>>): IPodSpec {
    if (Object.keys(more).length === 0) return pod;
    const mounted = (container: IContainer): IContainer => ({
      ...container,
      volumeMounts: [...(container.volumeMounts ?? []), { name: 'versions', mountPath: versions }],
    });
    return {
      ...pod,
      containers: pod.containers.map(mounted),
      volumes: [...(pod.volumes ?? []), { name: 'versions', emptyDir: {} }],
    };
  }
});
