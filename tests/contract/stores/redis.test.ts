import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { redisBackup } from '../../../components/kit/stores/redis/backup';
import { redisClient } from '../../../components/kit/stores/redis/client';
import { type RedisArgs, redisObjects } from '../../../components/kit/stores/redis/objects';
import { clusterSchema } from '../../../config/cluster';
import { type JobOptions, runJob } from '../../support/contract/job-pod';
import { backupPassword, storeJobs } from '../../support/contract/store-jobs';
import { type ImagePod, podAddress } from '../../support/images/pod';
import { storePods } from '../../support/images/store-pods';
import { redisArgs } from '../../support/stores';

const { image, password: secret, resources } = redisArgs;
const password = 'qu"o\\te d@:/%';
const secrets = { 'stores/queue': `${password}\n`, ...backupPassword };
const host = 'redis.stores.svc';
/** How a URL says the password. */
const login = `default:${encodeURIComponent(password)}`;

describe('Redis in its image, as the plan runs it', function () {
  this.timeout(240_000);
  const pods = storePods(image);

  const start = (volume: string, change: Partial<RedisArgs> = {}, values: Record<string, string> = secrets) =>
    pods.start(redisObjects({ ...redisArgs, ...change }), { 'data-redis-0': volume }, values);
  /** What a client of another pod is answered. */
  const asked = async (pod: ImagePod, given: string, ...command: readonly string[]) => {
    const script = 'REDISCLI_AUTH=$1; export REDISCLI_AUTH; shift; exec redis-cli --no-auth-warning -h "$@" 2>&1';
    const { stdout } = await pod.exec('sh', '-c', script, 'client', given, podAddress, ...command);
    return stdout.trim();
  };
  const ask = (pod: ImagePod, ...command: readonly string[]) => asked(pod, password, ...command);
  const info = async (pod: ImagePod, key: string) => {
    const lines = (await ask(pod, 'INFO')).split(/\r?\n/);
    return lines.find((line) => line.startsWith(`${key}:`))?.slice(key.length + 1);
  };

  /** A cache in one database, a queue in another, and results that end by themselves in a third. */
  const write = async (pod: ImagePod) => {
    const fill = (database: number, script: string) =>
      ask(pod, '-n', String(database), 'EVAL', `for n = 1, 400 do ${script} end`, '0');
    await fill(0, "redis.call('HSET', 'cache:' .. n, 'text', 'ü ' .. n, 'n', n)");
    await fill(1, "redis.call('LPUSH', 'celery', '{\"id\": ' .. n .. '}')");
    await ask(pod, '-n', '1', 'SADD', '_kombu.binding.celery', 'a\nb\x06');
    await fill(2, "redis.call('SET', 'result:' .. n, n, 'EX', 86400)");
    await ask(pod, '-n', '2', 'SET', 'kept', 'for good');
  };
  const everything = async (pod: ImagePod) => [
    await ask(pod, 'INFO', 'keyspace').then((said) => said.replace(/,avg_ttl=\d+/g, '')),
    await ask(pod, '-n', '1', 'LRANGE', 'celery', '0', '2'),
    await ask(pod, '-n', '1', 'SMEMBERS', '_kombu.binding.celery'),
    await ask(pod, 'HGETALL', 'cache:77'),
  ];
  const counts = {
    redis: { 'keys of database 0': 400, 'keys of database 1': 2, 'keys of database 2': 1 },
  };

  const cluster = clusterSchema.parse({});
  const own = redisClient(
    { mode: 'embedded', image, storage: { size: '1Gi' }, resources: { cpuLimit: undefined, ...resources } },
    'redis',
    { password: secret, url: undefined },
    cluster,
  );
  const other = redisClient(
    { mode: 'external', host: podAddress, port: 6379 },
    '',
    { password: undefined, url: { ...secret, source: { ...secret.source, secretKey: 'url' } } },
    cluster,
  );
  const jobsOf = (client: typeof own, moving: readonly number[] = []) =>
    storeJobs(
      [redisBackup({ client, host: client === own ? host : podAddress, image, resources, storageSize: '1Gi', moving })],
      { uid: 1000, gid: 1000 },
    );
  const [ownJobs, otherJobs, queueJobs] = [jobsOf(own), jobsOf(other), jobsOf(own, [1])];
  const run = (
    purpose: 'backup' | 'restore' | 'drill',
    network: ImagePod | undefined,
    more: Partial<JobOptions> & { readonly elsewhere?: boolean; readonly moves?: boolean } = {},
  ) => {
    const { configMaps, ...jobs } = more.elsewhere ? otherJobs : more.moves ? queueJobs : ownJobs;
    return runJob(jobs[purpose], {
      configMaps,
      volumes: { '/repository': pods.images.volume('repository') },
      secrets,
      addresses: { [host]: podAddress },
      inImage: pods.images.bundle,
      ...(network ? { network } : {}),
      ...more,
    });
  };

  it('keeps what it was given, also where it is killed, and evicts nothing', async () => {
    const pod = await start('first');
    assert.deepEqual([await pod.passes('readinessProbe'), await pod.passes('livenessProbe')], [true, true]);
    await write(pod);
    const before = await everything(pod);
    assert.deepEqual(
      [await info(pod, 'maxmemory_policy'), await info(pod, 'maxmemory'), await info(pod, 'aof_enabled')],
      ['noeviction', String(192 * 1024 * 1024), '1'],
    );
    assert.equal((await pod.stop())[0]?.code, 0);
    const again = await start('first');
    assert.deepEqual(await everything(again), before);
    await ask(again, 'SET', 'later', '1');
    // What was written more than a second ago is on the volume.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await again.kill();
    const recovered = await start('first');
    assert.equal(await ask(recovered, 'GET', 'later'), '1');
    await ask(recovered, 'DEL', 'later');
    await recovered.stop();
  });

  it('refuses to write when it is full, and still answers', async () => {
    const pod = await start('full', { resources: { cpu: '10m', memory: '8Mi', memoryLimit: '8Mi' } });
    // A script that has begun to write may end.
    await ask(pod, 'EVAL', "for n = 1, 700 do redis.call('SET', 'k' .. n, string.rep('x', 10000)) end", '0');
    assert.match(await ask(pod, 'SET', 'one', 'more'), /OOM command not allowed/);
    assert.equal(await ask(pod, 'GET', 'k1').then((value) => value.length), 10_000);
    assert.ok(await pod.passes('readinessProbe'));
    await pod.stop();
  });

  it('lets in who shows the password, a new one after a restart, and shows it to nobody', async () => {
    const pod = await start('second');
    assert.match(await asked(pod, 'another', 'ping'), /WRONGPASS|NOAUTH/);
    assert.equal(await ask(pod, 'ping'), 'PONG');
    const seen = await pod.exec('sh', '-c', "tr '\\0' '\\n' </proc/1/environ; tr '\\0' '\\n' </proc/1/cmdline");
    assert.match(seen.stdout, /^redis-server/m);
    assert.doesNotMatch(seen.stdout + pod.output, /te d/);
    await pod.stop();
    const changed = await start('second', {}, { ...secrets, 'stores/queue': 'another' });
    assert.deepEqual(
      [await asked(changed, 'another', 'ping'), (await ask(changed, 'ping')).includes('PONG')],
      ['PONG', false],
    );
    await changed.stop();
    const made = { password: { source: { ...secret.source, source: 'config' as const }, key: 'password' } };
    await assert.rejects(start('second', made, { 'stores/queue': '\n' }), /the password of Redis is empty/);
    await assert.rejects(start('second', made, { 'stores/queue': 'a\nb' }), /has a line break in it/);
  });

  it('is backed up while it runs, tried out beside it, and restored into an empty one and into a used one', async () => {
    const first = await start('first');
    const before = await everything(first);
    const made = await run('backup', first);
    assert.deepEqual([made.said?.ok, made.said?.counts], [true, counts], made.output);
    const drill = await run('drill', undefined);
    assert.deepEqual([drill.said?.ok, drill.said?.counts], [true, counts], drill.output);

    const empty = await start('third');
    const restored = await run('restore', empty);
    assert.deepEqual([restored.said?.ok, restored.said?.counts], [true, counts], restored.output);
    assert.deepEqual(await everything(empty), before);
    const left = Number(await ask(empty, '-n', '2', 'TTL', 'result:5'));
    assert.ok(left > 80_000 && left <= 86_400, 'what ends by itself still does');
    await empty.stop();
    const kept = await start('third');
    assert.deepEqual(await everything(kept), before, 'what was restored outlives a restart');
    await kept.stop();

    await ask(first, 'DEL', 'cache:77', 'cache:78');
    await ask(first, 'SET', 'later', '1');
    const refused = await run('restore', first);
    assert.deepEqual([refused.container, refused.said?.ok], ['guard', false], refused.output);
    const overwritten = await run('restore', first, { env: { OVERWRITE: '1' } });
    assert.match(overwritten.said?.why ?? '', /keys of database 0 has 401, the backup says 400/);
    assert.equal(await ask(first, 'GET', 'later'), '1', 'a key that is not in the backup is left alone');
    await ask(first, 'DEL', 'later');
    assert.deepEqual(await everything(first), before);
    await first.stop();
  });

  it('moves elsewhere by a URL, and never to another place than the policies let pods reach', async () => {
    const target = await start('elsewhere');
    const to = (url: string) => ({ elsewhere: true, secrets: { ...secrets, 'stores/url': url } });
    const moved = await run('restore', target, to(`redis://${login}@${podAddress}:6379/0`));
    assert.deepEqual([moved.said?.ok, moved.said?.counts], [true, counts], moved.output);
    const wrong = await run('restore', target, to(`redis://${login}@192.0.2.9/0`));
    assert.match(wrong.said?.why ?? '', /url of Secret stores names 192.0.2.9:6379 and the settings 192.0.2.1:6379/);
    const several = await run('restore', target, to('redis://a:1,b:2/0'));
    assert.match(several.said?.why ?? '', /several servers: a Redis Cluster is not supported/);
    const encrypted = await run('restore', target, to(`rediss://${login}@${podAddress}:6379/0`));
    assert.match(
      encrypted.said?.why ?? '',
      /Redis at 192.0.2.1 is not ready: no answer within 10 s: does it speak TLS/,
    );
    const none = await run('restore', target, { elsewhere: true });
    assert.match(none.said?.why ?? '', /there is no entry url of Secret stores, the secret of Redis: make it/);
    for (const { output } of [moved, wrong, several, encrypted, none]) assert.doesNotMatch(output, /te d|te%20d/);
    await target.stop();
  });

  it('never shows the password in what a backup says', async () => {
    const pod = await start('third');
    const wrong = await run('backup', pod, { secrets: { ...secrets, 'stores/queue': 'wrong-one' } });
    assert.match(wrong.said?.why ?? '', /Redis at 192.0.2.1 is not ready: .*(NOAUTH|WRONGPASS)/);
    const none = await run('backup', pod, { secrets: backupPassword });
    assert.match(none.said?.why ?? '', /there is no entry queue of Secret stores, the secret of Redis: make it/);
    assert.doesNotMatch(`${wrong.output}${none.output}`, /wrong-one|te d/);
    await pod.stop();
  });

  it('takes over a volume on which another Redis has left a snapshot alone, and says so where that is damaged', async () => {
    const source = await start('third');
    const before = await everything(source);
    // Base64, because a program's output is text here.
    const snapshot = await source.exec(
      'sh',
      '-c',
      'export REDISCLI_AUTH="$1"; redis-cli -h 127.0.0.1 --rdb /data/x.rdb >/dev/null 2>&1; base64 /data/x.rdb',
      'sh',
      password,
    );
    await source.stop();
    const folder = pods.images.volume('taken');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'dump.rdb'), Buffer.from(snapshot.stdout, 'base64'));
    const taken = await start('taken');
    assert.deepEqual(await everything(taken), before);
    assert.match(taken.output, /the log is made of it/);
    await ask(taken, 'SET', 'later', '1');
    await taken.stop();
    const again = await start('taken');
    assert.equal(await ask(again, 'GET', 'later'), '1', 'the snapshot is looked at once');
    await again.stop();
    rmSync(join(folder, 'appendonlydir'), { recursive: true });
    writeFileSync(join(folder, 'dump.rdb'), 'REDIS0010 and nonsense');
    await assert.rejects(start('taken'), /the snapshot is not read/);
  });

  it('is tried out although the keys of a queue come and go while it is dumped', async () => {
    const pod = await start('third');
    const cli = 'redis-cli -h 127.0.0.1 -n 1';
    // Until the pod ends.
    const script = `export REDISCLI_AUTH="$1"; while ${cli} lpush more x && ${cli} del more; do :; done >/dev/null 2>&1`;
    const moving = pod.exec('sh', '-c', script, 'sh', password);
    const made = await run('backup', pod, { moves: true });
    await pod.stop();
    await moving;
    const wanted = {
      redis: { 'keys of database 0': 400, 'of database 1: whether it has keys': 1, 'keys of database 2': 1 },
    };
    assert.deepEqual([made.said?.ok, made.said?.counts], [true, wanted], made.output);
    const drill = await run('drill', undefined, { moves: true });
    assert.deepEqual([drill.said?.ok, drill.said?.counts], [true, wanted], drill.output);
  });
});
