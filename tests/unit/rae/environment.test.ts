import assert from 'node:assert/strict';
import { stringify } from 'yaml';
import { container, environmentOf, pod } from '../../support/unit/context-engine';
import { described } from '../../support/unit/rae';

const ref = (key: string, optional?: boolean) => ({
  secretKeyRef: { name: 'rae-secrets', key, ...(optional ? { optional } : {}) },
});

function environment(settings: object = {}, name = 'rae-memory-api') {
  return environmentOf(container(pod(described(settings), 'Deployment', name), name));
}

describe('the environment of RAE', () => {
  it('says where the stores are in every way that some code of it reads, and never with a password', () => {
    for (const name of ['rae-memory-api', 'rae-memory-celery-worker']) {
      const env = environment({}, name);
      assert.deepEqual(
        [env.POSTGRES_HOST, env.PGPORT, env.POSTGRES_DB, env.POSTGRES_USER, env.POSTGRES_PASSWORD],
        ['rae-memory-postgresql', '5432', 'rae_memory', 'rae', ref('postgres-password')],
      );
      assert.deepEqual(
        [env.REDIS_HOST, env.REDIS_PORT, env.REDIS_PASSWORD],
        ['rae-memory-redis-master', '6379', ref('redis-password')],
      );
      assert.deepEqual(
        [env.QDRANT_URL, env.QDRANT_HOST, env.QDRANT_PORT],
        ['http://rae-memory-qdrant:6333', 'http://rae-memory-qdrant:6333', '6333'],
      );
      // Made in the container, see scripts/start.py.
      for (const url of ['DATABASE_URL', 'REDIS_URL', 'CELERY_BROKER_URL']) assert.equal(env[url], undefined, url);
    }
    const configured = Object.values(described().objects).filter(({ object }) => object.kind !== 'ConfigMap');
    const rendered = stringify(configured.map(({ object }) => object));
    assert.doesNotMatch(rendered, /\w+:\/\/[^\s/]*:[^\s/@]+@/);
  });

  it('deletes nothing by age unless it is asked to', () => {
    assert.equal(environment().MEMORY_RETENTION_DAYS, '0');
    assert.equal(environment({ memory: { retentionDays: 365 } }).MEMORY_RETENTION_DAYS, '365');
    assert.equal(
      environment({ memory: { retentionDays: 365 } }, 'rae-memory-celery-worker').MEMORY_RETENTION_DAYS,
      '365',
    );
  });

  it('keeps the libraries from logging the password of Redis', () => {
    const env = environment({ api: { logLevel: 'DEBUG' } });
    assert.deepEqual([env.LOG_LEVEL, env.RAE_APP_LOG_LEVEL], ['WARNING', 'DEBUG']);
  });

  it('maps the keys of upstream’s guide to what the application reads', () => {
    const entries = { openaiApiKey: {}, anthropicApiKey: {}, geminiApiKey: {} };
    const env = environment({ secrets: { source: 'existing', entries } });
    assert.deepEqual(
      [env.SECRET_KEY, env.API_KEY, env.OPENAI_API_KEY, env.ANTHROPIC_API_KEY, env.GEMINI_API_KEY],
      [
        ...[ref('jwt-secret'), ref('api-master-key')],
        ...[ref('openai-api-key', true), ref('anthropic-api-key', true), ref('gemini-api-key', true)],
      ],
    );
    assert.equal(env.GROK_API_KEY, undefined);
  });

  it('passes cost control on, with the values of upstream’s guide', () => {
    const env = environment();
    assert.deepEqual(
      [env.ENABLE_COST_TRACKING, env.DEFAULT_DAILY_LIMIT, env.DEFAULT_MONTHLY_LIMIT, env.BUDGET_WARNING_THRESHOLD],
      ['true', '10.00', '100.00', '0.8'],
    );
  });

  it('names origins as JSON', () => {
    assert.equal(environment().ALLOWED_ORIGINS, '[]');
    const origins = ['https://chat.example.org', 'http://localhost:5173'];
    assert.deepEqual(JSON.parse(String(environment({ api: { allowedOrigins: origins } }).ALLOWED_ORIGINS)), origins);
  });

  it('has the API send traces where a collector is named, and make none elsewhere', () => {
    const tracing = (settings: object) => {
      const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_ENABLED: enabled } = environment(settings);
      return [enabled, endpoint];
    };
    assert.deepEqual(tracing({}), ['false', undefined]);
    const endpoint = 'http://collector.tracing.svc:4317';
    assert.deepEqual(tracing({ otlp: { endpoint } }), ['true', endpoint]);
  });

  it('names the ML service by its own name, also where there is none: on localhost vectors would be hashes', () => {
    for (const enabled of [true, false]) {
      assert.equal(environment({ ml: { enabled } }).ML_SERVICE_URL, 'http://rae-memory-ml-service:8001');
    }
  });

  it('gives beat the queue and nothing else that is secret', () => {
    const env = environment({ secrets: { source: 'existing', entries: { openaiApiKey: {} } } }, 'rae-memory-beat');
    const secrets = Object.entries(env).filter(([, value]) => typeof value === 'object');
    assert.deepEqual(
      secrets.map(([name]) => name),
      ['REDIS_PASSWORD'],
    );
  });

  it('takes a Redis of somebody else by its URL, and a PostgreSQL by its parts with TLS', () => {
    const env = environment({
      redis: { mode: 'external', host: 'cache.example.org' },
      postgres: {
        ...{ mode: 'external', host: 'db.example.org', database: 'rae', user: 'app', maxConnections: 500 },
        ca: { configMap: 'rds' },
      },
    });
    assert.deepEqual(env.REDIS_URL, ref('redis-url'));
    assert.equal(env.REDIS_HOST, undefined);
    assert.deepEqual(
      [env.POSTGRES_HOST, env.POSTGRES_DB, env.POSTGRES_USER, env.PGSSLMODE],
      ['db.example.org', 'rae', 'app', 'verify-full'],
    );
    assert.match(String(env.PGSSLROOTCERT), /ca\.crt$/);
  });
});
