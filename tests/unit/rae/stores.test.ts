import assert from 'node:assert/strict';
import type { ICluster } from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1';
import type { IPodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import type { SystemPlan } from '../../../components/system';
import { container, environmentOf, find, names, pod } from '../../support/unit/context-engine';
import { described, facts } from '../../support/unit/rae';

const operator = { ...facts, cloudNativePg: { barmanPlugin: true } };

/** Flows between pods and others, as `from -> to:port`, by what the labels say. */
function flowsOf({ flows }: SystemPlan, word: string): string[] {
  return flows
    .filter(({ name }) => name.startsWith(word))
    .map(({ direction, name, peer, port }) => `${name} ${direction} ${peer.kind} ${port}`);
}

describe('the stores of RAE', () => {
  describe('PostgreSQL by CloudNativePG', () => {
    const backup = { endpoint: 'https://s3.example.org', bucket: 'rae-log', secretName: 'rae-log-s3' };
    const plan = described({ postgres: { mode: 'cloudnative-pg', pooler: {}, backup } }, operator);
    const cluster = find<Required<ICluster>>(plan, 'Cluster', 'rae-memory-postgresql').spec;

    it('has servers as large as the preset’s, the database with its extensions, a pooler and backups', () => {
      for (const name of [
        ...['Cluster/rae-memory-postgresql', 'Database/rae-memory-postgresql-rae-memory'],
        ...['Pooler/rae-memory-postgresql-pooler', 'ObjectStore/rae-memory-postgresql-backups'],
        'ScheduledBackup/rae-memory-postgresql-nightly',
      ]) {
        assert.ok(names(plan).includes(name), `${name} is not among ${names(plan).join(', ')}`);
      }
      assert.ok(!names(plan).includes('StatefulSet/rae-memory-postgresql'));
      assert.deepEqual([cluster.instances, cluster.storage?.size, cluster.storage?.storageClass], [3, '20Gi', 'block']);
      // A quarter of 2 GiB, and the connections of preset production.
      assert.deepEqual(cluster.postgresql?.parameters, { max_connections: '400', shared_buffers: '524288kB' });
      assert.deepEqual(cluster.bootstrap?.initdb, { database: 'rae_memory', owner: 'rae', dataChecksums: true });
      const { extensions } = find<{ spec: { extensions: unknown } }>(
        plan,
        'Database',
        'rae-memory-postgresql-rae-memory',
      ).spec;
      assert.deepEqual(extensions, [
        { name: 'vector', ensure: 'present' },
        { name: 'pgcrypto', ensure: 'present' },
      ]);
    });

    it('is asked through the pooler by API and workers, and itself by what needs a session', () => {
      const told = (kind: 'Deployment' | 'Job' | 'CronJob', workload: string, name: string) =>
        environmentOf(container(pod(plan, kind, workload), name));
      const api = told('Deployment', 'rae-memory-api', 'rae-memory-api');
      assert.deepEqual(
        [api.POSTGRES_HOST, api.PGPORT, api.POSTGRES_DB, api.POSTGRES_USER, api.PGSSLMODE, api.PGSSLROOTCERT],
        [
          ...['rae-memory-postgresql-pooler', '5432', 'rae_memory', 'rae', 'verify-ca'],
          '/etc/memory-fleet/postgres-ca/ca.crt',
        ],
      );
      const worker = told('Deployment', 'rae-memory-celery-worker', 'rae-memory-celery-worker');
      assert.equal(worker.POSTGRES_HOST, 'rae-memory-postgresql-pooler');
    });

    it('makes the password itself, which nobody else then brings', () => {
      const { env = [] } = container(pod(plan, 'Deployment', 'rae-memory-api'), 'rae-memory-api');
      assert.deepEqual(env.find(({ name }) => name === 'POSTGRES_PASSWORD')?.valueFrom?.secretKeyRef, {
        name: 'rae-memory-postgresql-app',
        key: 'password',
      });
      assert.doesNotMatch(JSON.stringify(plan.operations.brought), /postgres-password/);
    });

    it('is scraped server by server and at its pooler, as the operator’s own monitors would do it', () => {
      const scraped = (name: string) => {
        const { spec } = find<IPodMonitor>(plan, 'PodMonitor', name);
        return [spec.selector.matchLabels, spec.podMetricsEndpoints?.map(({ port }) => port)];
      };
      assert.deepEqual(scraped('rae-memory-postgresql'), [
        { 'cnpg.io/cluster': 'rae-memory-postgresql', 'cnpg.io/podRole': 'instance' },
        ['metrics'],
      ]);
      assert.deepEqual(scraped('rae-memory-postgresql-pooler'), [
        { 'cnpg.io/poolerName': 'rae-memory-postgresql-pooler' },
        ['metrics'],
      ]);
      assert.ok(!names(described({}, operator)).some((name) => name.startsWith('PodMonitor/')));
    });

    it('is let talk to what it needs', () => {
      assert.deepEqual(flowsOf(plan, 'postgres-to-').sort(), [
        'postgres-to-api-server out api-server 6443',
        'postgres-to-pooler out pods 5432',
        'postgres-to-replicas out pods 5432,8000',
        'postgres-to-storage out hosts 443',
      ]);
    });
  });

  describe('a Qdrant that somebody else runs', () => {
    const plan = described({
      qdrant: { mode: 'external', url: 'http://qdrant.vectors.svc:6333', replicationFactor: 3 },
    });

    it('is neither made nor watched', () => {
      assert.deepEqual(
        names(plan).filter((name) => /qdrant/i.test(name)),
        ['NetworkPolicy/rae-memory-qdrant-out'],
      );
      assert.doesNotMatch(JSON.stringify(plan.objects), /RAEQdrant|qdrant-storage/);
    });

    it('is asked at its URL, with the port that the workers read apart', () => {
      const env = environmentOf(container(pod(plan, 'Deployment', 'rae-memory-api'), 'rae-memory-api'));
      assert.deepEqual(
        [env.QDRANT_URL, env.QDRANT_HOST, env.QDRANT_PORT],
        ['http://qdrant.vectors.svc:6333', 'http://qdrant.vectors.svc:6333', '6333'],
      );
      assert.deepEqual(flowsOf(plan, 'qdrant'), ['qdrant-out out pods 6333']);
    });

    it('is asked by the proxy of the cluster, by backups too', () => {
      const url = 'https://qdrant.example.org:6333';
      const proxy = { httpProxy: 'http://proxy.example.org:3128' };
      const behind = described({ qdrant: { mode: 'external', url } }, { ...facts, pods: { proxy } });
      const proxied = (name: string) => {
        const spec = pod(behind, 'CronJob', name);
        const all = [...(spec.initContainers ?? []), ...spec.containers];
        return all.filter((each) => environmentOf(each).https_proxy === proxy.httpProxy).map((each) => each.name);
      };
      assert.deepEqual(proxied('rae-memory-backup'), ['dump-qdrant']);
      assert.deepEqual(proxied('rae-memory-backup-restore'), ['look-qdrant', 'load-qdrant']);
      assert.deepEqual(proxied('rae-memory-backup-drill'), []);
    });

    it('keeps each vector on as many nodes as are asked for', () => {
      const job = Object.values(plan.objects).find(
        ({ object }) => object.kind === 'Job' && object.metadata.name.startsWith('rae-memory-collection'),
      );
      assert.match(JSON.stringify(job), /"name":"REPLICATION","value":"3"/);
      const single = described({ qdrant: { mode: 'external', url: 'https://qdrant.example.org' } });
      assert.doesNotMatch(JSON.stringify(single.objects), /"REPLICATION"/);
      const env = environmentOf(container(pod(single, 'Deployment', 'rae-memory-api'), 'rae-memory-api'));
      assert.equal(env.QDRANT_PORT, '443');
    });
  });
});
