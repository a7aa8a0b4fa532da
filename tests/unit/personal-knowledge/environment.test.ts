import assert from 'node:assert/strict';
import { container, environmentOf, pod } from '../../support/unit/context-engine';
import { describedInstance } from '../../support/unit/personal-knowledge';

/** Variables that the server or its command line read, at the revision that images/personal-knowledge builds. */
const read = new Set([
  ...['HTTP_TRANSPORT_ENABLED', 'HTTP_HOST', 'HTTP_PORT', 'HTTP_MAX_SSE_SESSIONS', 'HTTP_MAX_STREAMABLE_SESSIONS'],
  ...['HTTP_SSE_SESSION_TTL_MS', 'HTTP_STREAMABLE_SESSION_TTL_MS', 'LOG_LEVEL', 'LOG_FORMAT', 'NODE_ENV'],
  ...['DATA_PATH', 'CLONE_PATH', 'EMBEDDING_PROVIDER', 'EMBEDDING_MODEL', 'EMBEDDING_DIMENSIONS'],
  ...['EMBEDDING_BATCH_SIZE', 'EMBEDDING_MAX_RETRIES', 'EMBEDDING_TIMEOUT_MS', 'OPENAI_API_KEY', 'OPENAI_BASE_URL'],
  ...['OPENAI_ORGANIZATION', 'OLLAMA_BASE_URL', 'TRANSFORMERS_CACHE', 'CHUNK_MAX_TOKENS', 'CHUNK_OVERLAP_TOKENS'],
  ...['DEFAULT_INSTANCE', 'INSTANCE_PRIVATE_ENABLED', 'INSTANCE_WORK_ENABLED', 'INSTANCE_PUBLIC_ENABLED'],
  ...['REQUIRE_AUTH_FOR_DEFAULT_INSTANCE', 'RATE_LIMIT_ENABLED', 'CORS_ENABLED', 'CHROMADB_HOST', 'CHROMADB_PORT'],
  ...['CHROMADB_AUTH_TOKEN', 'FALKORDB_HOST', 'FALKORDB_PORT', 'FALKORDB_USER', 'FALKORDB_PASSWORD'],
  ...['FALKORDB_DATABASE', 'FALKORDB_GRAPH_NAME', 'GRAPH_ADAPTER', 'GITHUB_PAT', 'GIT_PAT'],
  ...['NEO4J_HOST', 'NEO4J_BOLT_PORT', 'NEO4J_USER', 'NEO4J_PASSWORD'],
  ...['PRIVATE', 'WORK', 'PUBLIC'].flatMap((tier) =>
    ['HOST', 'PORT', 'AUTH_TOKEN'].map((part) => `INSTANCE_${tier}_CHROMADB_${part}`),
  ),
]);

/** Read by our own start script. */
const ours = new Set(['WAIT_SECONDS']);

const everything = {
  embedding: { provider: 'openai', baseUrl: 'https://ai.example.org/v1', organization: 'org', dimensions: 8 },
  secrets: { source: 'existing', entries: { chromaToken: {}, githubToken: {}, gitToken: {} } },
};

function environment(settings: object = {}, name = 'private') {
  return environmentOf(
    container(pod(describedInstance(settings, name), 'Deployment', 'pk-mcp-service'), 'pk-mcp-service'),
  );
}

const fromSecret = (key: string) => ({ secretKeyRef: { name: 'pk-mcp-secrets', key } });

describe('the environment of Personal Knowledge MCP', () => {
  it('has nothing that no running code reads', () => {
    const others = [
      { embedding: { provider: 'local' } },
      { embedding: { provider: 'ollama' } },
      { graph: { kind: 'neo4j' } },
    ];
    for (const settings of [everything, ...others]) {
      const unread = Object.keys(environment(settings)).filter((name) => !read.has(name) && !ours.has(name));
      assert.deepEqual(unread, []);
    }
  });

  it('is the one of the seed, where nothing says otherwise', () => {
    const seed = {
      LOG_LEVEL: 'info',
      LOG_FORMAT: 'json',
      NODE_ENV: 'production',
      HTTP_HOST: '0.0.0.0',
      HTTP_PORT: '3001',
      CHROMADB_HOST: 'chromadb',
      CHROMADB_PORT: '8000',
      EMBEDDING_MODEL: 'text-embedding-3-small',
    };
    const found = environment();
    assert.deepEqual(Object.fromEntries(Object.keys(seed).map((name) => [name, found[name]])), seed);
  });

  it('says where Chroma is by both families of names, because the server reads the one and its command line the other', () => {
    const found = environment();
    for (const prefix of ['INSTANCE_PRIVATE_CHROMADB', 'CHROMADB']) {
      assert.equal(found[`${prefix}_HOST`], 'chromadb');
      assert.equal(found[`${prefix}_PORT`], '8000');
    }
  });

  it('makes every instance one that the server knows, and switches the others off', () => {
    const expected: Readonly<Record<string, string>> = {
      private: 'private',
      work: 'work',
      public: 'public',
      team: 'private',
    };
    for (const [name, tier] of Object.entries(expected)) {
      const found = environment({}, name);
      assert.equal(found.DEFAULT_INSTANCE, tier, name);
      for (const each of ['private', 'work', 'public']) {
        assert.equal(found[`INSTANCE_${each.toUpperCase()}_ENABLED`], String(each === tier), `${each} of ${name}`);
      }
      assert.equal(found[`INSTANCE_${tier.toUpperCase()}_CHROMADB_HOST`], 'chromadb');
    }
    assert.equal(environment({ tier: 'public' }, 'team').DEFAULT_INSTANCE, 'public');
  });

  it('never asks the server to ask itself for a token', () => {
    for (const name of ['private', 'work', 'public']) {
      assert.equal(environment({}, name).REQUIRE_AUTH_FOR_DEFAULT_INSTANCE, 'false');
    }
  });

  it('listens to the proxy alone where there is one, which limits clients and judges origins in its place', () => {
    const found = environment({ authentication: { mode: 'bearer' } });
    assert.equal(found.HTTP_HOST, '127.0.0.1');
    assert.equal(found.RATE_LIMIT_ENABLED, 'false');
    assert.equal(found.CORS_ENABLED, 'false');
    const alone = environment({ authentication: { mode: 'none', reason: 'only for trying it out' } });
    assert.equal(alone.HTTP_HOST, '0.0.0.0');
    assert.equal(alone.CORS_ENABLED, 'true');
  });

  it('keeps clones and what is known of them on the volume, whatever folder it is started in', () => {
    const found = environment();
    assert.equal(found.DATA_PATH, '/app/data');
    assert.equal(found.CLONE_PATH, '/app/data/repositories');
  });

  it('reads of the Secret what is needed, and what is named', () => {
    const found = environment(everything);
    assert.deepEqual(found.OPENAI_API_KEY, fromSecret('OPENAI_API_KEY'));
    assert.deepEqual(found.FALKORDB_PASSWORD, fromSecret('FALKORDB_PASSWORD'));
    assert.deepEqual(found.CHROMADB_AUTH_TOKEN, fromSecret('CHROMADB_AUTH_TOKEN'));
    assert.deepEqual(found.INSTANCE_PRIVATE_CHROMADB_AUTH_TOKEN, fromSecret('CHROMADB_AUTH_TOKEN'));
    for (const token of ['GITHUB_PAT', 'GIT_PAT']) {
      assert.deepEqual(found[token], { secretKeyRef: { ...fromSecret(token).secretKeyRef, optional: true } });
    }
    const least = environment({ embedding: { provider: 'local' }, graph: { kind: 'none' } });
    const references = Object.entries(least).filter(([, value]) => typeof value === 'object');
    assert.deepEqual(references, []);
  });

  it('embeds by whom the settings say', () => {
    assert.equal(environment(everything).OPENAI_BASE_URL, 'https://ai.example.org/v1');
    const local = environment({ embedding: { provider: 'local' } });
    assert.deepEqual(
      [local.EMBEDDING_PROVIDER, local.EMBEDDING_MODEL, local.TRANSFORMERS_CACHE],
      ['transformersjs', 'Xenova/all-MiniLM-L6-v2', '/models'],
    );
    const ollama = environment({ embedding: { provider: 'ollama', url: 'http://ollama.ai.svc:11434' } });
    assert.deepEqual(
      [ollama.EMBEDDING_PROVIDER, ollama.EMBEDDING_MODEL, ollama.OLLAMA_BASE_URL],
      ['ollama', 'nomic-embed-text', 'http://ollama.ai.svc:11434'],
    );
  });

  it('has the graph that there is, of which the server knows FalkorDB alone and its command line both', () => {
    const about = (kind: string) =>
      Object.fromEntries(
        Object.entries(environment({ graph: { kind } })).filter(([name]) => /FALKOR|GRAPH|NEO4J/.test(name)),
      );
    assert.deepEqual(about('neo4j'), {
      GRAPH_ADAPTER: 'neo4j',
      NEO4J_HOST: 'neo4j',
      NEO4J_BOLT_PORT: '7687',
      NEO4J_USER: 'neo4j',
      NEO4J_PASSWORD: fromSecret('NEO4J_PASSWORD'),
    });
    assert.deepEqual(about('none'), {});
  });
});
