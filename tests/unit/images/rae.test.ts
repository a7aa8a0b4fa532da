import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '..', '..', '..', 'images', 'rae');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const lines = (name: string) =>
  read(name)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

describe('the recipe of the image of RAE', () => {
  const dockerfile = read('Dockerfile');

  it('takes the revision that starts, in every stage, and names it and its repair in its README', () => {
    const revisions = new Set([...dockerfile.matchAll(/^ARG REVISION=(.*)$/gm)].map(([, revision]) => revision));
    assert.deepEqual([...revisions], ['3243807cc95d6f6c29ca57edb48b1274378f36c4']);
    assert.match(dockerfile, /^ARG DASHBOARD_REVISION=29f447ffd0127f81e5054f778196d3c5b018c491$/m);
    for (const revision of ['3243807cc95d6f6c29ca57edb48b1274378f36c4', '29f447ffd0127f81e5054f778196d3c5b018c491']) {
      assert.ok(read('README.md').includes(revision));
    }
  });

  it('starts from one pinned image of Python 3.14, and every stage that is run is user 1000 at its end', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    assert.deepEqual(new Set(bases), new Set(['docker.io/library/python:3.14.2-slim-bookworm']));
    assert.equal(dockerfile.match(/^USER 1000:1000$/gm)?.length, dockerfile.match(/^CMD /gm)?.length);
    assert.ok(dockerfile.lastIndexOf('USER ') > dockerfile.lastIndexOf('RUN '));
  });

  it('has the models of upstream, and fails where they are pointers of Git LFS', () => {
    // The hashes that the pointers of that revision name.
    const hashes = Object.fromEntries(lines('models.sha256').map((line) => line.split('  ').toReversed()));
    assert.equal(
      hashes['models/nomic-embed-text-v1.5/model.onnx'],
      'b4342336debaea79de872370664b0aaeb67dea4605513d00ee236ea871a81f27',
    );
    assert.equal(
      hashes['models/nomic-embed-text-v1.5/tokenizer.json'],
      'd241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66',
    );
    assert.match(dockerfile, /sha256sum --check --strict \/models\.sha256/);
  });

  it('fixes what upstream leaves open, with litellm and without the runtime for graphics cards', () => {
    for (const name of ['requirements.txt', 'dashboard-requirements.txt']) {
      for (const line of lines(name)) assert.match(line, /^[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*$/);
    }
    const names = lines('requirements.txt').map((line) => line.split('==')[0]);
    for (const name of ['litellm', 'onnxruntime', 'openai', 'tokenizers', 'uvicorn']) assert.ok(names.includes(name));
    assert.match(dockerfile, /sed '\/\^onnxruntime\/d'/);
  });

  it('makes no image where migrations would look for another driver than the one that there is', () => {
    assert.ok(lines('requirements.txt').some((line) => line.startsWith('SQLAlchemy==2.1.')));
    assert.match(dockerfile, /^RUN grep --quiet 'postgresql\+psycopg2:\/\/' alembic\/env\.py \\$/m);
    assert.match(dockerfile, /--only-binary :all: --no-binary python-louvain /);
  });

  it('has what tracing imports, all of it in the versions of upstream, and makes no image without', () => {
    const pins = lines('requirements.txt').filter((line) => line.startsWith('opentelemetry-'));
    assert.deepEqual(pins, [
      'opentelemetry-exporter-otlp-proto-grpc==1.40.0',
      ...['celery', 'logging', 'psycopg2'].map((name) => `opentelemetry-instrumentation-${name}==0.61b0`),
    ]);
    assert.match(dockerfile, /import OPENTELEMETRY_AVAILABLE as traces; assert traces"$/m);
  });

  it('deletes memories where upstream only says so: the row of the tenant, and then its vector', () => {
    const changed = read('delete.patch').match(/^[-+](?![-+]).*\S/gm) ?? [];
    assert.deepEqual(changed, [
      '-        return await self.postgres_adapter.delete_memory(mem_uuid, tenant_id)',
      '+        if not await self.postgres_adapter.delete_memory(mem_uuid, tenant_id):',
      '+            return False',
      '+        await self.qdrant_adapter.delete_vector(mem_uuid, tenant_id)',
      '+        return True',
      '-    async def delete_memory(self, *args, **kwargs) -> bool: return True',
      '+    async def delete_memory(self, memory_id: UUID, tenant_id: str, **kwargs) -> bool:',
      '+        pool = await self._get_pool()',
      '+        async with pool.acquire() as conn:',
      '+            gone = await conn.execute(',
      '+                "DELETE FROM memories WHERE id = $1 AND tenant_id = $2", memory_id, tenant_id',
      '+            )',
      '+        return gone != "DELETE 0"',
    ]);
    assert.match(dockerfile, /^ {4}&& git apply \/delete\.patch \\$/m);
  });

  it('has no file of settings of upstream in it, and imports what its processes are', () => {
    assert.match(dockerfile, /find \. -name '\.env\*' -delete/);
    assert.match(
      dockerfile,
      /import apps\.memory_api\.main, apps\.memory_api\.tasks\.background_tasks, apps\.ml_service\.main/,
    );
  });

  it('sends only to the build what it copies', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
      names.split(' ').map((name) => `!${name}`),
    );
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!') && line !== '!Dockerfile');
    assert.deepEqual(allowed.sort(), [...new Set(copied)].sort());
  });
});
