import assert from 'node:assert/strict';
import { mostConnections } from '../../../components/rae/settings/connections';
import { encrypted } from '../../../config/fields';
import { facts, problems, twoClients } from '../../support/unit/rae';

/** The one problem of these settings. */
function problem(settings: object, cluster: object = facts, secrets: object = {}): string {
  const found = problems(settings, cluster, secrets);
  assert.equal(found.length, 1, found.join('\n'));
  return found[0] ?? '';
}

describe('the settings of RAE', () => {
  it('hold by themselves in every preset', () => {
    for (const preset of ['dev', 'production', 'large']) assert.deepEqual(problems({ preset }), [], preset);
  });

  describe('the connections to PostgreSQL', () => {
    it('are those of all pools at once, with a rollout and the caches that are rebuilt', () => {
      // 10 × 10 of the API, 10 × 4 × 10 of the workers; one more of each, two caches, the migration.
      assert.equal(mostConnections({ apiPods: 10, workers: 10, concurrency: 4 }), 500 + 10 + 40 + 20 + 1);
      assert.equal(mostConnections({ apiPods: 1, workers: 1, concurrency: 1 }), 10 + 10 + 10 + 10 + 20 + 1);
    });

    it('fit, or are refused with what to change', () => {
      const found = problem({ worker: { concurrency: 4 } });
      assert.match(found, /^rae\.postgres\.maxConnections: at least 571 connections/);
      assert.match(found, /10 pods of the API and 10 workers with 4 tasks each/);
      assert.deepEqual(
        problems({ worker: { concurrency: 4 }, postgres: { mode: 'embedded', maxConnections: 600 } }),
        [],
      );
    });

    it('are counted for a fixed number of pods too', () => {
      const fixed = { autoscaling: { enabled: false }, replicas: 30 };
      assert.match(problem({ api: fixed }), /^rae\.postgres\.maxConnections: .* 30 pods of the API/);
    });
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
