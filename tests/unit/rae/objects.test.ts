import assert from 'node:assert/strict';
import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import type { IPersistentVolumeClaim } from 'kubernetes-models/v1';
import { encrypted } from '../../../config/fields';
import { container, environmentOf, find, names, ownCommand, pod } from '../../support/unit/context-engine';
import { described, facts, image, twoClients } from '../../support/unit/rae';

const requests = (cpu: string, memory: string, cpuLimit: string, memoryLimit: string) => ({
  requests: { cpu, memory },
  limits: { cpu: cpuLimit, memory: memoryLimit },
});

describe('the objects of RAE', () => {
  it('have the names of upstream’s guide, in the namespace rae-memory', () => {
    const plan = described({
      authentication: twoClients,
      reranker: { enabled: true },
      exposure: { kind: 'ingress', hostname: 'rae-api.example.org' },
    });
    const found = names(plan);
    for (const name of [
      ...['Namespace/rae-memory', 'Ingress/rae-memory'],
      ...['Deployment/rae-memory-api', 'Service/rae-memory-api', 'HorizontalPodAutoscaler/rae-memory-api'],
      ...['Deployment/rae-memory-ml-service', 'Service/rae-memory-ml-service'],
      ...['HorizontalPodAutoscaler/rae-memory-ml-service', 'Deployment/rae-memory-reranker'],
      ...['Deployment/rae-memory-celery-worker', 'HorizontalPodAutoscaler/rae-memory-celery-worker'],
      ...['StatefulSet/rae-memory-postgresql', 'Service/rae-memory-postgresql'],
      ...['Service/rae-memory-redis-master', 'StatefulSet/rae-memory-qdrant', 'Service/rae-memory-qdrant'],
      ...['PersistentVolumeClaim/data-rae-memory-postgresql-0'],
      ...['PersistentVolumeClaim/qdrant-storage-rae-memory-qdrant-0'],
    ]) {
      assert.ok(found.includes(name), `${name} is not among ${found.join(', ')}`);
    }
    assert.deepEqual(
      new Set(Object.values(plan.objects).map(({ object }) => object.metadata.namespace)),
      new Set([undefined, 'rae-memory']),
    );
  });

  it('have no reranker, dashboard or ML service where none is wanted', () => {
    const found = names(described({ ml: { enabled: false } })).join(' ');
    assert.doesNotMatch(found, /rae-memory-(reranker|dashboard|ml-service)/);
  });

  it('run the API until its longest request has ended', () => {
    const spec = pod(described({ api: { requestSeconds: 300 } }), 'Deployment', 'rae-memory-api');
    const api = container(spec, 'rae-memory-api');
    assert.deepEqual(ownCommand(api), [
      ...['python3', '-B', '/opt/rae/start.py', 'postgres', 'schema', 'redis', 'qdrant', 'collection', '--'],
    ]);
    assert.deepEqual(api.args, [
      ...['uvicorn', 'apps.memory_api.main:app', '--host', '0.0.0.0', '--port', '8000'],
      ...['--timeout-graceful-shutdown', '300'],
    ]);
    assert.equal(api.workingDir, '/app');
    assert.ok((spec.terminationGracePeriodSeconds ?? 0) > 300);
  });

  it('restart the API by what knows no store, and send it requests by what asks all of them', () => {
    const { livenessProbe, readinessProbe, startupProbe } = container(
      pod(described(), 'Deployment', 'rae-memory-api'),
      'rae-memory-api',
    );
    assert.deepEqual(livenessProbe?.httpGet, { path: '/live', port: 8000 });
    assert.deepEqual(readinessProbe?.httpGet, { path: '/health', port: 8000 });
    // 300 s to wait for the stores, and 300 s for pools, model and cache.
    assert.equal((startupProbe?.periodSeconds ?? 0) * (startupProbe?.failureThreshold ?? 0), 600);
  });

  it('start workers and beat with the module that knows the tasks', () => {
    const plan = described({ worker: { concurrency: 3 }, postgres: { mode: 'embedded', maxConnections: 500 } });
    const celery = ['celery', '-A', 'apps.memory_api.tasks.background_tasks:celery_app'];
    const spec = pod(plan, 'Deployment', 'rae-memory-celery-worker');
    assert.deepEqual(container(spec, 'rae-memory-celery-worker').args, [
      ...[...celery, 'worker', '--loglevel=info', '--concurrency=3', '--max-tasks-per-child=1000'],
    ]);
    assert.ok((spec.terminationGracePeriodSeconds ?? 0) >= 150);
    assert.deepEqual(container(pod(plan, 'Deployment', 'rae-memory-beat'), 'rae-memory-beat').args, [
      ...[...celery, 'beat', '--loglevel=info', '-s', '/tmp/celerybeat-schedule'],
    ]);
  });

  it('have exactly one beat, which ends before the next begins', () => {
    const { spec } = find<IDeployment>(described({ preset: 'large' }), 'Deployment', 'rae-memory-beat');
    assert.deepEqual([spec?.replicas, spec?.strategy?.type], [1, 'Recreate']);
  });

  it('run as user 1000 on a root file system that nobody writes to', () => {
    const plan = described({ reranker: { enabled: true } });
    for (const name of ['api', 'ml-service', 'reranker', 'celery-worker', 'beat']) {
      const spec = pod(plan, 'Deployment', `rae-memory-${name}`);
      assert.deepEqual([spec.securityContext?.runAsUser, spec.securityContext?.fsGroup], [1000, 1000], name);
      for (const each of spec.containers) assert.equal(each.securityContext?.readOnlyRootFilesystem, true, name);
      assert.ok(spec.volumes?.some(({ emptyDir, name: volume }) => emptyDir && volume === 'tmp'));
    }
  });

  it('take their image everywhere, and another one where a part names it', () => {
    const plan = described({ ml: { image: 'registry.example.org/rae-ml:2' } });
    assert.equal(container(pod(plan, 'Deployment', 'rae-memory-api'), 'rae-memory-api').image, image);
    assert.equal(
      container(pod(plan, 'Deployment', 'rae-memory-celery-worker'), 'rae-memory-celery-worker').image,
      image,
    );
    const ml = container(pod(plan, 'Deployment', 'rae-memory-ml-service'), 'rae-memory-ml-service');
    assert.equal(ml.image, 'registry.example.org/rae-ml:2');
  });

  describe('their sizes', () => {
    /** API, ML service, worker; the volumes of PostgreSQL, Redis and Qdrant. */
    const table = {
      dev: [
        requests('250m', '768Mi', '1', '2Gi'),
        requests('100m', '512Mi', '1', '1Gi'),
        requests('250m', '1Gi', '1', '2Gi'),
        ...['10Gi', '2Gi', '10Gi'],
      ],
      production: [
        requests('500m', '1Gi', '1', '2Gi'),
        requests('1', '2Gi', '2', '4Gi'),
        requests('500m', '1Gi', '1', '2Gi'),
        ...['20Gi', '8Gi', '50Gi'],
      ],
      large: [
        requests('1', '2Gi', '2', '4Gi'),
        requests('2', '4Gi', '4', '8Gi'),
        requests('1', '2Gi', '2', '4Gi'),
        ...['100Gi', '16Gi', '200Gi'],
      ],
    };
    for (const [preset, expected] of Object.entries(table)) {
      it(`are those of preset ${preset}`, () => {
        const plan = described({ preset });
        const resources = (name: string) => container(pod(plan, 'Deployment', name), name).resources;
        const storage = (claim: string) =>
          find<IPersistentVolumeClaim>(plan, 'PersistentVolumeClaim', claim).spec?.resources?.requests?.storage;
        assert.deepEqual(
          [
            ...['rae-memory-api', 'rae-memory-ml-service', 'rae-memory-celery-worker'].map(resources),
            ...['data-rae-memory-postgresql-0', 'redis-data-rae-memory-redis-master-0'].map(storage),
            storage('qdrant-storage-rae-memory-qdrant-0'),
          ],
          expected,
        );
      });
    }
  });

  describe('their autoscalers', () => {
    const scalerOf = (plan: ReturnType<typeof described>, name: string) => {
      const { spec } = find<IHorizontalPodAutoscaler>(plan, 'HorizontalPodAutoscaler', name);
      const targets = (spec?.metrics ?? []).map(({ resource }) => [
        resource?.name,
        resource?.target.averageUtilization,
      ]);
      return { bounds: [spec?.minReplicas, spec?.maxReplicas], targets, behavior: spec?.behavior };
    };

    it('have the bounds and targets of upstream’s guide', () => {
      const plan = described();
      const of = (name: string) => {
        const { bounds, targets } = scalerOf(plan, name);
        return [bounds, targets];
      };
      assert.deepEqual(of('rae-memory-api'), [
        [2, 10],
        [
          ['cpu', 70],
          ['memory', 80],
        ],
      ]);
      assert.deepEqual(of('rae-memory-ml-service'), [[1, 5], [['cpu', 80]]]);
      assert.deepEqual(of('rae-memory-celery-worker'), [
        [2, 10],
        [
          ['cpu', 80],
          ['memory', 75],
        ],
      ]);
    });

    it('add workers at once and take them away slowly, as upstream’s chart does', () => {
      const { behavior } = scalerOf(described(), 'rae-memory-celery-worker');
      assert.deepEqual(behavior, {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          policies: [
            { type: 'Percent', value: 100, periodSeconds: 30 },
            { type: 'Pods', value: 2, periodSeconds: 30 },
          ],
        },
        scaleDown: {
          stabilizationWindowSeconds: 300,
          policies: [{ type: 'Percent', value: 50, periodSeconds: 60 }],
        },
      });
    });

    it('take what the example of upstream’s guide says of workers', () => {
      const autoscaling = {
        minReplicas: 3,
        maxReplicas: 20,
        scaleUp: { stabilizationSeconds: 0, percent: 200, periodSeconds: 30 },
        scaleDown: { stabilizationSeconds: 600 },
      };
      const settings = { worker: { autoscaling }, postgres: { mode: 'embedded', maxConnections: 600 } };
      const plan = described({
        ...settings,
        quota: { cpu: '50', memory: '100Gi', cpuLimit: '100', memoryLimit: '200Gi' },
      });
      const { behavior, bounds } = scalerOf(plan, 'rae-memory-celery-worker');
      assert.deepEqual(bounds, [3, 20]);
      assert.deepEqual(behavior?.scaleUp?.policies, [{ type: 'Percent', value: 200, periodSeconds: 30 }]);
      assert.deepEqual(behavior?.scaleDown?.stabilizationWindowSeconds, 600);
      assert.deepEqual(behavior?.scaleDown?.policies, [{ type: 'Percent', value: 50, periodSeconds: 60 }]);
    });

    it('own the number of pods, which then have a budget and are spread', () => {
      const plan = described();
      for (const name of ['rae-memory-api', 'rae-memory-ml-service', 'rae-memory-celery-worker']) {
        const { spec } = find<IDeployment>(plan, 'Deployment', name);
        assert.equal(spec?.replicas, undefined, name);
        assert.ok(names(plan).includes(`PodDisruptionBudget/${name}`), name);
        assert.ok(spec?.template.spec?.topologySpreadConstraints, name);
      }
    });

    it('are not there in preset dev, where the number is said', () => {
      const plan = described({ preset: 'dev', api: { replicas: 2 } });
      assert.deepEqual(names(plan, 'HorizontalPodAutoscaler'), []);
      assert.equal(find<IDeployment>(plan, 'Deployment', 'rae-memory-api').spec?.replicas, 2);
      assert.deepEqual(names(plan, 'PodDisruptionBudget'), ['PodDisruptionBudget/rae-memory-api']);
    });
  });

  it('make the collection with every vector that the application sends', () => {
    const plan = described({ ml: { dimensions: 1024 } });
    const env = environmentOf(container(pod(plan, 'Job', /^rae-memory-collection-/), 'collection'));
    assert.deepEqual(JSON.parse(String(env.VECTORS)), { dense: 768, nomic: 768, default: 1024, litellm: 1024 });
    assert.equal(env.COLLECTION, 'memories');
  });

  it('keep the backups of thirty nights, each of all stores: what refers to something before what it refers to', () => {
    const spec = pod(described(), 'CronJob', 'rae-memory-backup');
    assert.equal(environmentOf(container(spec, 'save')).KEEP, '--keep-last 30');
    const dumps = (spec.initContainers ?? []).map(({ name }) => name).filter((name) => name.startsWith('dump-'));
    assert.deepEqual(dumps, ['dump-redis', 'dump-postgres', 'dump-qdrant']);
  });

  it('come after migration and collection where they need them, and the engine waits where nobody brings a Secret', () => {
    const brought = described();
    const after = Object.entries(brought.objects).filter(([, each]) => each.after?.includes('migration'));
    assert.deepEqual(after.map(([key]) => key).sort(), [
      ...['rae-memory-api', 'rae-memory-beat', 'rae-memory-celery-worker'],
    ]);
    assert.deepEqual(
      Object.entries(brought.objects).filter(([, each]) => each.after?.includes('collection')),
      after,
    );
    const authentication = { mode: 'none', reason: 'a test of what is awaited' };
    const secrets = Object.fromEntries(
      ['postgresPassword', 'redisPassword', 'jwtSecret', 'apiMasterKey'].map((entry) => [entry, encrypted]),
    );
    const made = described({ authentication, secrets: { source: 'config' } }, facts, secrets);
    const awaited = ({ objects }: typeof made) =>
      ['migration', 'collection', 'rae-memory-api'].map((key) => objects[key]?.awaited);
    assert.deepEqual(
      [awaited(brought), awaited(made)],
      [
        [false, true, false],
        [true, true, undefined],
      ],
    );
  });

  describe('behind the proxy', () => {
    const plan = described({ authentication: twoClients });
    const spec = pod(plan, 'Deployment', 'rae-memory-api');

    it('listen to it alone', () => {
      assert.deepEqual(container(spec, 'rae-memory-api').args?.slice(2, 4), ['--host', '127.0.0.1']);
    });

    it('are told the tenant of each client, and limited by client', () => {
      const { data } = find<{ data: Record<string, string> }>(plan, 'ConfigMap', 'rae-memory-auth-proxy');
      assert.equal(
        data['identities.map'],
        'agents 6c1f1a52-8f0e-4e57-9d1c-2b1a6f0d9e01\nci 0a7be3c4-53d2-4b0e-a7c1-91f0c2d4e502\n',
      );
      assert.equal(data['limits.map'], 'agents 120\nci 600\n');
      const env = environmentOf(container(spec, 'bearer-proxy'));
      assert.deepEqual([env.PROXY_IDENTITY_HEADER, env.PROXY_DROPPED_HEADER], ['X-Tenant-Id', 'X-User-Id']);
    });

    it('are asked by the paths that know the tenant from the proxy, and by no other', () => {
      const env = environmentOf(container(spec, 'bearer-proxy'));
      assert.equal(env.PROXY_PATHS, '/v2/agent /v2/feedback /v2/memories');
      assert.equal(env.PROXY_HEALTH_PATHS, '/live /health /metrics');
    });

    it('come without the keys first, and let in whose key comes later', () => {
      const keys = spec.volumes?.find(({ name }) => name === 'client-keys');
      assert.equal(keys?.secret?.optional, true);
      assert.deepEqual(keys?.secret?.items, [
        { key: 'agents', path: 'agents' },
        { key: 'ci', path: 'ci' },
      ]);
    });
  });
});
