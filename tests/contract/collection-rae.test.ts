import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { IJob } from 'kubernetes-models/batch/v1';
import type { IPodSpec } from 'kubernetes-models/v1';
import { runOf } from '../support/contract/engine-scripts';
import { FakeQdrant } from '../support/contract/fake-qdrant';
import { orSkip } from '../support/contract/missing';
import { containerOf, translate } from '../support/contract/pod';
import { freePorts } from '../support/contract/ports';
import { Running } from '../support/contract/process';
import { requiredPython } from '../support/contract/python';
import { find } from '../support/unit/context-engine';
import { described } from '../support/unit/rae';

const script = join(__dirname, '..', '..', 'components', 'rae', 'scripts', 'collection.py');
const job = find<IJob>(described(), 'Job', /^rae-memory-collection/);
const { env } = translate(containerOf(job.spec?.template.spec as IPodSpec, 'collection'), {
  ...{ paths: {}, ports: {}, secrets: {} },
});
/** Every name that the application sends a vector under, with the size of its model. */
const vectors = {
  dense: { size: 768, distance: 'Cosine' },
  nomic: { size: 768, distance: 'Cosine' },
  default: { size: 768, distance: 'Cosine' },
  litellm: { size: 768, distance: 'Cosine' },
};

describe('the step that makes the collection of RAE, with the environment of its plan', function () {
  this.timeout(60_000);
  let qdrant: FakeQdrant;
  before(async function () {
    await orSkip(this, requiredPython);
  });
  beforeEach(async () => {
    qdrant = await FakeQdrant.started();
  });
  afterEach(() => qdrant.stop());

  const run = (more: Readonly<Record<string, string>> = {}) =>
    runOf(
      new Running(requiredPython(), [script], {
        PATH: process.env.PATH ?? '',
        ...env,
        QDRANT_URL: qdrant.url,
        ...more,
      }),
    );
  const have = (made: object) =>
    qdrant.collections.set('memories', { made, vectors: {}, points: new Map([[1, 'kept']]), snapshots: new Map() });
  const changes = () => qdrant.seen.filter((request) => !request.startsWith('GET '));

  it('makes every name that the application sends', async () => {
    const { code, output } = await run();
    assert.equal(code, 0, output);
    assert.deepEqual(qdrant.collections.get('memories')?.made, { vectors, sparse_vectors: { text: {} } });
  });

  it('leaves one that is fit alone, with what is in it', async () => {
    have({ vectors: { ...vectors, another: { size: 3, distance: 'Dot' } }, sparse_vectors: { text: {} } });
    const { code, output } = await run();
    assert.equal(code, 0, output);
    assert.deepEqual(changes(), []);
    assert.equal(qdrant.collections.get('memories')?.points.size, 1);
  });

  it('refuses one that the application made by itself, names what it lacks, and leaves it alone', async () => {
    const { dense, nomic } = vectors;
    have({ vectors: { dense: { ...dense, size: 384 }, nomic } });
    const { code, lastLine } = await run();
    assert.equal(code, 1);
    assert.match(
      lastLine,
      /dense has 384 dimensions, not 768; default is missing; litellm is missing; the sparse vector text is missing\. .*remedy: make a backup/,
    );
    assert.deepEqual(changes(), []);
    assert.equal(qdrant.collections.get('memories')?.points.size, 1);
  });

  it('says the reason of a server that refuses it', async () => {
    const { code, lastLine } = await run({ VECTORS: '{"dense": 0}' });
    assert.equal(code, 1);
    assert.match(lastLine, /^Qdrant refuses the collection: .*vectors\.dense\.size: value 0 invalid/);
    assert.equal(qdrant.collections.size, 0);
  });

  it('looks at what another of its kind made in the meantime', async () => {
    qdrant.fault = ({ method }) => {
      if (method === 'PUT') have({ vectors, sparse_vectors: { text: {} } });
      return undefined;
    };
    const { code, output } = await run();
    assert.equal(code, 0, output);
    assert.deepEqual(changes(), ['PUT /collections/memories']);
  });

  it('ends with a reason where no server answers', async () => {
    const { 0: port = 0 } = await freePorts([0]);
    const { code, lastLine } = await run({ WAIT_SECONDS: '2', QDRANT_URL: `http://127.0.0.1:${port}` });
    assert.equal(code, 1);
    assert.match(lastLine, /^Qdrant does not answer at http:\S+: .*refused.*; remedy: see whether its pod is ready/);
  });
});
