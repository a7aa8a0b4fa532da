import assert from 'node:assert/strict';
import { encrypted } from '../../../config/fields';
import { names } from '../../support/unit/context-engine';
import { described, facts, problems, twoClients } from '../../support/unit/rae';

/** The one problem of these settings. */
function problem(settings: object, cluster: object = facts, secrets: object = {}): string {
  const found = problems(settings, cluster, secrets);
  assert.equal(found.length, 1, found.join('\n'));
  return found[0] ?? '';
}

const embedded = (maxConnections: number) => ({ mode: 'embedded', maxConnections });

describe('the settings of RAE', () => {
  it('hold by themselves in every preset', () => {
    for (const preset of ['dev', 'production', 'large']) assert.deepEqual(problems({ preset }), [], preset);
  });

  describe('the connections to PostgreSQL', () => {
    it('are those of all pools at once, with a rollout and the caches that are rebuilt, or are refused with what to change', () => {
      const found = problem({ worker: { concurrency: 4 } });
      // A pool of 10 for each pod of the API and for each task; one more of each, two caches, the migration.
      assert.match(
        found,
        /^rae\.worker\.autoscaling\.maxReplicas: fewer pods: API 10 × \(10 \+ 1 while rolled out\) = 110/,
      );
      assert.match(found, /workers with 4 tasks each 40 × \(10 \+ 1 while rolled out\) = 440/);
      assert.match(found, /caches that are rebuilt 10 × 2 = 20, migration 1 × 1 = 1; together 571 connections/);
      // 8 are for superusers, backups and metrics.
      assert.match(problem({ worker: { concurrency: 4 }, postgres: embedded(578) }), /leaves 570 of 578/);
      assert.deepEqual(problems({ worker: { concurrency: 4 }, postgres: embedded(579) }), []);
    });

    it('go through a pooler, where CloudNativePG has one', () => {
      const operator = { ...facts, cloudNativePg: {} };
      const postgres = { mode: 'cloudnative-pg', maxConnections: 100 };
      assert.match(problem({ postgres }, operator), /leaves 92 of 100, .*Or set rae\.postgres\.pooler: \{\}/);
      // Two pods of a pooler take 2 × 175 connections, and 10 × 11 + 20 × 11 + 20 + 1 = 351 are asked for.
      const tight = { ...postgres, pooler: { maxClients: 175 } };
      assert.match(
        problem({ postgres: tight }, operator),
        /pooler takes 350\. Or raise rae\.postgres\.pooler\.maxClients to 176/,
      );
      assert.deepEqual(problems({ postgres: { ...postgres, pooler: { maxClients: 176 } } }, operator), []);
      assert.match(
        problem({ postgres: { ...postgres, pooler: { poolSize: 47 } } }, operator),
        /^rae\.postgres\.pooler\.poolSize: at most 46/,
      );
    });

    it('are counted for a fixed number of pods too', () => {
      const fixed = { autoscaling: { enabled: false }, replicas: 30 };
      assert.match(problem({ api: fixed }), /^rae\.api\.replicas: fewer pods: API 10 × \(30 \+ 1 while rolled out\)/);
    });
  });

  it('mean a store beside the system where they say no mode, and say which mode has a key', () => {
    const exporters = described({ postgres: { exporter: {} }, redis: { exporter: {} } });
    for (const name of ['StatefulSet/rae-memory-postgresql', 'Deployment/rae-memory-redis-exporter']) {
      assert.ok(names(exporters).includes(name), name);
    }
    assert.deepEqual(problems({ redis: { host: 'queue.example.org' }, postgres: { instances: 3 } }), [
      'rae.postgres.instances: no such key here; it goes with mode: cloudnative-pg',
      'rae.redis.host: no such key here; it goes with mode: external',
    ]);
  });

  it('ask for the operator where it is to run PostgreSQL, and for its plugin where that makes backups', () => {
    const pooled = { mode: 'cloudnative-pg', pooler: {} };
    assert.match(problem({ postgres: pooled }), /^rae\.postgres\.mode: another mode, or cluster\.cloudNativePg/);
    const backup = { endpoint: 'https://s3.example.org', bucket: 'rae-log', secretName: 'rae-s3' };
    assert.match(
      problem({ postgres: { ...pooled, backup } }, { ...facts, cloudNativePg: {} }),
      /^rae\.postgres\.backup: nothing, or cluster\.cloudNativePg\.barmanPlugin/,
    );
  });

  it('refuse a key for a Qdrant, which the application does not show, and a server that runs as root', () => {
    const external = { mode: 'external', url: 'http://qdrant.vectors.svc:6333' };
    assert.deepEqual(problems({ qdrant: external }), []);
    assert.match(problem({ qdrant: { ...external, apiKey: {} } }), /^rae\.qdrant\.apiKey/);
    assert.match(problem({ qdrant: { ...external, image: 'docker.io/qdrant/qdrant:v1.17.0' } }), /^rae\.qdrant\.image/);
  });

  it('refuse a number of pods beside an autoscaler, and bounds the wrong way round', () => {
    assert.match(problem({ api: { replicas: 3 } }), /^rae\.api\.replicas: no number/);
    const autoscaling = { minReplicas: 12 };
    assert.match(problem({ api: { autoscaling } }), /^rae\.api\.autoscaling\.minReplicas: .*12 to 10/);
  });

  it('refuse a request above its limit, whichever of them is the preset’s', () => {
    assert.match(
      problem({ worker: { resources: { memory: '3Gi' } } }),
      /^rae\.worker\.resources\.memory: .*3Gi and 2Gi/,
    );
    assert.match(problem({ api: { resources: { memoryLimit: '512Mi' } } }), /^rae\.api\.resources\.memoryLimit/);
  });

  it('take tenants by their UUIDs alone', () => {
    const clients = { acme: { tenant: 'acme-corp' } };
    assert.match(problem({ authentication: { mode: 'clients', clients } }), /acme\.tenant: the UUID of a tenant/);
    assert.match(problem({ authentication: { mode: 'clients', clients: {} } }), /clients: at least one client/);
  });

  it('take entries and values of clients that there are, and no other', () => {
    const secret = { source: 'existing', entries: { gone: {} } };
    assert.match(problem({ authentication: { ...twoClients, secret } }), /secret\.entries\.gone: the name of a client/);
    assert.match(
      problem({}, facts, { clients: { gone: encrypted } }),
      /^secrets\.rae\.clients\.gone: no value, or a client gone/,
    );
  });

  it('ask for each key of a client where the stack file has them', () => {
    const found = problems({ authentication: { ...twoClients, secret: { source: 'config' } } });
    assert.deepEqual(
      found.map((each) => each.split(':')[0]),
      ['secrets.rae.clients.agents', 'secrets.rae.clients.ci'],
    );
  });

  it('let the dashboard be a client that there is', () => {
    const dashboard = { enabled: true, image: 'registry.example.org/rae-dashboard:1', client: 'people' };
    assert.match(problem({ dashboard }), /^rae\.dashboard\.client: authentication\.mode "clients"/);
    assert.match(problem({ dashboard, authentication: twoClients }), /one of agents, ci/);
    assert.deepEqual(problems({ dashboard: { ...dashboard, client: 'ci' }, authentication: twoClients }), []);
  });

  it('know the origins of pages in one place', () => {
    const api = { allowedOrigins: ['https://chat.example.org'] };
    assert.match(problem({ api, authentication: twoClients }), /^rae\.api\.allowedOrigins: no origins/);
  });

  it('give a request of the longest call of a model its time', () => {
    assert.match(problem({ api: { requestSeconds: 100 } }), /^rae\.api\.requestSeconds: a whole number from 150/);
    assert.match(problem({ worker: { graceSeconds: 60 } }), /^rae\.worker\.graceSeconds: a whole number from 150/);
  });
});
