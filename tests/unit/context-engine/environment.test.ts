import assert from 'node:assert/strict';
import { environment, type Role } from '../../../components/context-engine/environment';
import { parseStack } from '../../../components/stack';
import { described, facts, image, templateOf } from '../../support/unit/context-engine';

/** Variables of the libraries beneath, which every process reads: fastembed, the Hugging Face hub, Python. */
const libraries = ['FASTEMBED_CACHE_PATH', 'HF_HOME', 'HF_HUB_OFFLINE', 'HOME'];

const indexing = [
  ...['INDEX_CHUNK_LINES', 'INDEX_CHUNK_OVERLAP', 'INDEX_MICRO_CHUNKS', 'MAX_MICRO_CHUNKS_PER_FILE'],
  ...['MICRO_CHUNK_TOKENS', 'MICRO_CHUNK_STRIDE', 'INDEX_BATCH_SIZE', 'INDEX_UPSERT_BATCH', 'INDEX_UPSERT_RETRIES'],
  ...['INDEX_UPSERT_BACKOFF', 'QDRANT_IGNORE_FILE', 'QDRANT_TIMEOUT'],
];

/** What the source of each process reads at the revision that images/context-engine builds, of what is set here. */
const reads: Readonly<Record<Role, readonly string[]>> = {
  memory: ['COLLECTION_NAME', 'EMBEDDING_MODEL', 'QDRANT_URL', 'REFRAG_MODE', 'WORK_ROOTS'],
  indexer: [
    ...['COLLECTION_NAME', 'EMBEDDING_MODEL', 'QDRANT_URL', 'REFRAG_MODE', ...indexing],
    ...['REFRAG_GATE_FIRST', 'REFRAG_CANDIDATES', 'MICRO_OUT_MAX_SPANS', 'MICRO_MERGE_LINES', 'MICRO_BUDGET_TOKENS'],
    ...['MICRO_TOKENS_PER_LINE', 'CTX_MULTI_COLLECTION', 'CTX_DOC_PASS', 'DEBUG_CONTEXT_ANSWER', 'REFRAG_DECODER'],
    ...['REFRAG_RUNTIME', 'LLAMACPP_URL', 'LLAMACPP_TIMEOUT_SEC', 'DECODER_MAX_TOKENS', 'MEMORY_SSE_ENABLED'],
    ...['MEMORY_MCP_URL', 'MEMORY_MCP_TIMEOUT', 'WORK_ROOTS'],
  ],
  index: ['COLLECTION_NAME', 'EMBEDDING_MODEL', 'QDRANT_URL', 'REFRAG_MODE', ...indexing],
  watcher: ['COLLECTION_NAME', 'EMBEDDING_MODEL', 'QDRANT_URL', 'REFRAG_MODE', ...indexing, 'WATCH_DEBOUNCE_SECS'],
};

function variables(role: Role, engine: object = {}): Record<string, string | undefined> {
  const { contextEngine } = parseStack({ cluster: facts, contextEngine: { image, engine } }, 'test');
  assert.ok(contextEngine);
  return Object.fromEntries(environment(contextEngine, role).map(({ name, value }) => [name, value]));
}

describe('the environment of upstream', () => {
  for (const role of ['memory', 'indexer', 'index', 'watcher'] as const) {
    it(`of ${role} is what its source reads, and all of it`, () => {
      const set = Object.keys(variables(role)).filter((name) => !libraries.includes(name));
      assert.deepEqual(set.sort(), [...reads[role]].sort());
    });
  }

  it('is the one of the seed, where nothing says otherwise', () => {
    const seed = {
      COLLECTION_NAME: 'codebase',
      EMBEDDING_MODEL: 'BAAI/bge-base-en-v1.5',
      QDRANT_URL: 'http://qdrant:6333',
      QDRANT_TIMEOUT: '60',
      INDEX_MICRO_CHUNKS: '1',
      MAX_MICRO_CHUNKS_PER_FILE: '200',
      INDEX_CHUNK_LINES: '120',
      INDEX_CHUNK_OVERLAP: '20',
      INDEX_BATCH_SIZE: '64',
      INDEX_UPSERT_BATCH: '128',
      INDEX_UPSERT_RETRIES: '5',
      INDEX_UPSERT_BACKOFF: '0.5',
      WATCH_DEBOUNCE_SECS: '1.5',
      MICRO_CHUNK_TOKENS: '16',
      MICRO_CHUNK_STRIDE: '8',
      REFRAG_MODE: '1',
      REFRAG_GATE_FIRST: '1',
      REFRAG_CANDIDATES: '200',
      MICRO_OUT_MAX_SPANS: '3',
      MICRO_MERGE_LINES: '4',
      MICRO_BUDGET_TOKENS: '512',
      MICRO_TOKENS_PER_LINE: '32',
      CTX_MULTI_COLLECTION: '1',
      CTX_DOC_PASS: '1',
      DEBUG_CONTEXT_ANSWER: '0',
      REFRAG_DECODER: '1',
      REFRAG_RUNTIME: 'llamacpp',
      LLAMACPP_URL: 'http://llamacpp:8080',
      LLAMACPP_TIMEOUT_SEC: '180',
      DECODER_MAX_TOKENS: '4000',
      MEMORY_SSE_ENABLED: '1',
      MEMORY_MCP_URL: 'http://mcp-memory:8000/sse',
      MEMORY_MCP_TIMEOUT: '6',
    };
    const all = { ...variables('indexer'), ...variables('watcher') };
    for (const [name, value] of Object.entries(seed)) assert.equal(all[name], value, name);
  });

  it('keeps models on the volume, and fetches none where that is switched off', () => {
    assert.equal(variables('memory').FASTEMBED_CACHE_PATH, '/models/fastembed');
    assert.equal(variables('memory').HF_HUB_OFFLINE, undefined);
    assert.equal(variables('memory', { modelsOffline: true }).HF_HUB_OFFLINE, '1');
  });

  it('rolls the pods that read a changed key, and no others', () => {
    const repositories = [{ source: 'git', name: 'backend', url: 'https://git.example.org/backend' }];
    const workloads = [
      'mcp-memory',
      'mcp-indexer',
      'mcp-memory-http',
      'mcp-indexer-http',
      'watcher-backend',
      'llamacpp',
    ];
    const before = described({ repositories });
    const rolled = (engine: object) => {
      const after = described({ repositories, engine });
      return workloads.filter(
        (name) => JSON.stringify(templateOf(before, name)) !== JSON.stringify(templateOf(after, name)),
      );
    };
    assert.deepEqual(rolled({ search: { candidates: 9 } }), ['mcp-indexer', 'mcp-indexer-http']);
    assert.deepEqual(rolled({ index: { debounceMilliseconds: 900 } }), ['watcher-backend']);
    assert.deepEqual(rolled({ index: { chunkLines: 60 } }), ['mcp-indexer', 'mcp-indexer-http', 'watcher-backend']);
    assert.deepEqual(
      rolled({ collection: 'other' }),
      workloads.filter((name) => name !== 'llamacpp'),
    );
  });
});
