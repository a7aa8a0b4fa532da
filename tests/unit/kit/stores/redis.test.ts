import assert from 'node:assert/strict';
import { z } from 'zod';
import { redisAlerts } from '../../../../components/kit/stores/redis/alerts';
import { redisBackup } from '../../../../components/kit/stores/redis/backup';
import { redisClient } from '../../../../components/kit/stores/redis/client';
import { redisFlows } from '../../../../components/kit/stores/redis/flows';
import { type RedisArgs, redisObjects } from '../../../../components/kit/stores/redis/objects';
import { embeddedRedis, externalRedis, redisConstraints } from '../../../../components/kit/stores/redis/settings';
import { clusterSchema } from '../../../../config/cluster';
import { parse } from '../../../../config/parse';
import { validateObject } from '../../../support/schemas';

const entry = (secretKey: string) => ({
  source: { source: 'config', secretName: 'notes', secretKey, secretRevision: 1 } as const,
  key: 'secrets',
});
const secrets = { password: entry('redis-password'), url: entry('redis-url') };
const resources = { cpu: '250m', memory: '512Mi', memoryLimit: '1Gi' };
const cluster = clusterSchema.parse({});
const args: RedisArgs = {
  name: 'redis-master',
  metadata: (name, labels) => ({ name, namespace: 'ns', labels }),
  selector: { app: 'notes', component: 'redis' },
  podLabels: { app: 'notes', component: 'redis' },
  image: 'docker.io/library/redis:7.4.2',
  imagePullSecrets: [],
  resources,
  serviceAccountName: 'notes',
  storage: { claimName: 'redis-data-0', size: '8Gi' },
  password: secrets.password,
  after: ['serviceAccount'],
};
const schema = z.discriminatedUnion('mode', [embeddedRedis({ size: '8Gi', resources }), externalRedis]);
const settingsOf = (value: unknown) => parse(schema, value, 'redis');
const external = settingsOf({ mode: 'external', host: 'queue.example.org', port: 6380 });
const flow = { name: 'redis', pods: args.selector, clients: { uses: 'it' }, purpose: 'queues' };

describe('Redis as a store of any system', () => {
  it('is a StatefulSet with two Services and its claim, by the names that it is told', async () => {
    const objects = redisObjects(args);
    await Promise.all(Object.values(objects).map(({ object }) => validateObject(object)));
    assert.deepEqual(
      Object.entries(objects).map(([name, { object }]) => `${name} ${object.kind} ${object.metadata.name}`),
      [
        'redis-masterStorage PersistentVolumeClaim redis-data-0',
        'redis-masterHeadless Service redis-master-headless',
        'redis-masterService Service redis-master',
        'redis-master StatefulSet redis-master',
      ],
    );
    assert.equal(objects['redis-masterStorage']?.holdsData, true);
  });

  it('has three quarters of its memory for data, and its password from a file', () => {
    const described = redisObjects(args)['redis-master'];
    assert.ok(described?.object.kind === 'StatefulSet');
    const container = described.object.spec?.template.spec?.containers[0];
    assert.deepEqual(
      new Map(container?.env?.map(({ name, value }) => [name, value])).get('MAX_BYTES'),
      String(768 * 1024 * 1024),
    );
    assert.ok(!JSON.stringify(container).includes('secretKeyRef'));
    assert.deepEqual(described.object.spec?.template.spec?.securityContext?.runAsUser, 999);
  });

  it('is used at its Service with a password, or elsewhere by a URL', () => {
    const own = redisClient(settingsOf({ mode: 'embedded' }), 'redis-master', secrets, cluster);
    assert.deepEqual([own.host, own.port, own.shows, own.secret], ['redis-master', 6379, 'password', secrets.password]);
    const other = redisClient(external, 'redis-master', secrets, cluster);
    assert.deepEqual(
      [other.host, other.port, other.shows, other.secret],
      ['queue.example.org', 6380, 'url', secrets.url],
    );
    assert.throws(() => redisClient(external, 'x', { ...secrets, url: undefined }, cluster), /needs its URL/);
  });

  it('is reached by its clients alone, both ends of the way; elsewhere they reach its host and nothing else', () => {
    const own = redisFlows(flow, redisClient(settingsOf({ mode: 'embedded' }), 'redis-master', secrets, cluster));
    assert.deepEqual(
      own.map(({ direction, peer, port }) => [direction, peer, port]),
      [
        ['out', { kind: 'pods', labels: args.selector }, 6379],
        ['in', { kind: 'pods', labels: { uses: 'it' } }, 6379],
      ],
    );
    const [out, ...more] = redisFlows(flow, redisClient(external, 'redis-master', secrets, cluster));
    assert.deepEqual([out?.peer, out?.port, more], [{ kind: 'hosts', names: ['queue.example.org'] }, 6380, []]);
    const there = settingsOf({ mode: 'external', host: 'redis.caches.svc' });
    const [inCluster] = redisFlows(flow, redisClient(there, 'redis-master', secrets, cluster));
    assert.deepEqual(inCluster?.peer, { kind: 'pods', namespace: 'caches', labels: {} });
  });

  it('is no Redis Cluster, where its name tells', () => {
    const refused = (host: string) =>
      redisConstraints(['redis'], settingsOf({ mode: 'external', host })).filter(({ satisfied }) => !satisfied);
    assert.deepEqual(refused('master.notes.abc123.euw1.cache.amazonaws.com'), []);
    const [constraint] = refused('clustercfg.notes.abc123.memorydb.eu-west-1.amazonaws.com');
    assert.deepEqual(constraint?.path, ['redis', 'host']);
    assert.match(constraint?.expected ?? '', /one Redis: .*Redis Cluster/);
  });

  it('is tried out on an empty one that asks for nothing', () => {
    const client = redisClient(settingsOf({ mode: 'embedded' }), 'redis-master', secrets, cluster);
    const backup = redisBackup({
      client,
      host: 'redis-master.ns.svc',
      image: args.image,
      resources,
      storageSize: '8Gi',
    });
    assert.ok(!JSON.stringify(backup.scratch).includes('secret'));
    assert.ok(!JSON.stringify(backup.scratch).includes('persistentVolumeClaim'));
    assert.ok(backup.living.env.some(({ name }) => name === 'REDISCLI_AUTH'));
    const other = redisClient(external, 'redis-master', secrets, cluster);
    const elsewhere = redisBackup({
      client: other,
      host: other.host,
      image: args.image,
      resources,
      storageSize: '8Gi',
    });
    assert.ok(elsewhere.living.env.some(({ name }) => name === 'REDIS_URL'));
  });

  it('has alerts that say where to read on', () => {
    const { down, full, unwritten } = redisAlerts({ alert: 'Notes', series: 'namespace="ns"' });
    assert.deepEqual(
      [down, full, unwritten].map(({ alert, runbook }) => [alert, runbook]),
      [
        ['NotesRedisDown', 'store-down'],
        ['NotesRedisMemoryFull', 'redis-memory-full'],
        ['NotesRedisNotWritten', 'redis-not-written'],
      ],
    );
  });
});
