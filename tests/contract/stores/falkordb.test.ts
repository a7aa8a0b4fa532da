import assert from 'node:assert/strict';
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { falkordbBackup } from '../../../components/kit/stores/falkordb/backup';
import { type FalkordbArgs, falkordbObjects } from '../../../components/kit/stores/falkordb/objects';
import { type JobOptions, runJob } from '../../support/contract/job-pod';
import { backupPassword, storeJobs } from '../../support/contract/store-jobs';
import { type ImagePod, podAddress } from '../../support/images/pod';
import { storePods } from '../../support/images/store-pods';
import { falkordbArgs } from '../../support/stores';

const {
  image,
  password: { source },
} = falkordbArgs;
const password = 'qu"o\\te d';
const secrets = { 'stores/graph': `${password}\n`, ...backupPassword };

describe('FalkorDB in its image, as the plan runs it', function () {
  this.timeout(240_000);
  const pods = storePods(image);

  const start = (volume: string, change: Partial<FalkordbArgs> = {}, values: Record<string, string> = secrets) =>
    pods.start(falkordbObjects({ ...falkordbArgs, ...change }), { 'data-falkordb-0': volume }, values);
  /** What a client of another pod is answered. */
  const asked = async (pod: ImagePod, given: string, ...command: readonly string[]) => {
    const script = 'REDISCLI_AUTH=$1; export REDISCLI_AUTH; shift; exec redis-cli --no-auth-warning -h "$@" 2>&1';
    const { stdout } = await pod.exec('sh', '-c', script, 'client', given, podAddress, ...command);
    return stdout.trim();
  };
  const query = async (pod: ImagePod, graph: string, text: string) => {
    const answer = await asked(pod, password, 'GRAPH.QUERY', graph, text);
    assert.match(answer, /internal execution time/, answer);
    return answer.split('\n').filter((line) => !/^(Cached execution|Query internal execution time)/.test(line));
  };
  const write = async (pod: ImagePod) => {
    const files =
      "CREATE (:File {id: n, path: 'src/' + toString(n), size: n * 1.5})-[:IMPORTS {line: n}]->(:Symbol {name: 's' + toString(n % 50)})";
    await query(pod, 'knowledge', `UNWIND range(1, 3000) AS n ${files}`);
    await query(pod, 'knowledge', 'CREATE INDEX FOR (f:File) ON (f.id)');
    await query(pod, 'knowledge', 'MATCH (f:File) WHERE f.id % 10 = 0 DELETE f');
    await query(pod, 'größe x', "CREATE (:Person {name: 'ü', tags: ['a', 'b']})");
  };
  const everything = async (pod: ImagePod) => [
    await query(
      pod,
      'knowledge',
      'MATCH (f:File)-[i:IMPORTS]->(s) RETURN count(f), sum(f.size), sum(i.line), count(DISTINCT s.name)',
    ),
    await query(pod, 'knowledge', 'MATCH (f:File {id: 77}) RETURN f.path, f.size'),
    await asked(pod, password, 'GRAPH.EXPLAIN', 'knowledge', 'MATCH (f:File {id: 77}) RETURN f'),
    await query(pod, 'größe x', 'MATCH (p) RETURN p.name, p.tags'),
  ];
  const backup = falkordbBackup({
    image,
    host: 'falkordb.stores.svc',
    password: source,
    resources: falkordbArgs.resources,
    storageSize: '1Gi',
  });
  const { configMaps, ...jobs } = storeJobs([backup], { uid: 1000, gid: 1000 });
  const run = (purpose: keyof typeof jobs, network: ImagePod | undefined, more: Partial<JobOptions> = {}) =>
    runJob(jobs[purpose], {
      configMaps,
      volumes: { '/repository': pods.images.volume('repository') },
      secrets,
      addresses: { 'falkordb.stores.svc': podAddress },
      inImage: pods.images.bundle,
      ...(network ? { network } : {}),
      ...more,
    });

  it('keeps what it was given, also where it is killed, and writes to its volume alone', async () => {
    const pod = await start('first');
    assert.deepEqual([await pod.passes('readinessProbe'), await pod.passes('livenessProbe')], [true, true]);
    await write(pod);
    const before = await everything(pod);
    assert.match(String(before[2]), /Node By Index Scan/);
    assert.equal((await pod.stop())[0]?.code, 0);
    const again = await start('first');
    assert.deepEqual(await everything(again), before);
    await query(again, 'later', 'CREATE (:N)');
    // What was written more than a second ago is on the volume.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await again.kill();
    const recovered = await start('first');
    assert.deepEqual(await query(recovered, 'later', 'MATCH (n) RETURN count(n)'), ['count(n)', '1']);
    await asked(recovered, password, 'GRAPH.DELETE', 'later');
    await recovered.stop();
    assert.ok(readdirSync(pods.images.volume('first')).includes('appendonlydir'));
  });

  it('lets in who shows the password, a new one after a restart, and shows it to nobody', async () => {
    const pod = await start('second');
    assert.match(await asked(pod, 'another', 'ping'), /WRONGPASS|NOAUTH/);
    assert.equal(await asked(pod, password, 'ping'), 'PONG');
    assert.equal(await asked(pod, password, 'config', 'get', 'maxmemory'), 'maxmemory\n805306368');
    const seen = await pod.exec('sh', '-c', "tr '\\0' '\\n' </proc/1/environ; tr '\\0' '\\n' </proc/1/cmdline");
    assert.match(seen.stdout, /^redis-server/m);
    assert.doesNotMatch(seen.stdout + pod.output, /te d/);
    await pod.stop();
    const changed = await start('second', {}, { ...secrets, 'stores/graph': 'another' });
    assert.deepEqual(
      [await asked(changed, 'another', 'ping'), (await asked(changed, password, 'ping')).includes('PONG')],
      ['PONG', false],
    );
    await changed.stop();
    const made = { password: { source: { ...source, source: 'config' as const }, key: 'password' } };
    await assert.rejects(start('second', made, { 'stores/graph': '\n' }), /the password of FalkorDB is empty/);
  });

  it('is backed up while it runs, tried out beside it, and restored into an empty one and into a used one', async () => {
    const counts = {
      falkordb: {
        'nodes of knowledge': 5700,
        'edges of knowledge': 2700,
        'nodes of größe x': 1,
        'edges of größe x': 0,
      },
    };
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
    await empty.stop();
    const kept = await start('third');
    assert.deepEqual(await everything(kept), before, 'what was restored outlives a restart');
    await kept.stop();

    await query(first, 'knowledge', 'MATCH (f:File) WHERE f.id < 100 DELETE f');
    await query(first, 'later', 'CREATE (:N)');
    const refused = await run('restore', first);
    assert.deepEqual([refused.container, refused.said?.ok], ['guard', false], refused.output);
    const overwritten = await run('restore', first, { env: { OVERWRITE: '1' } });
    assert.equal(overwritten.said?.ok, true, overwritten.output);
    assert.deepEqual(await everything(first), before);
    assert.deepEqual(await query(first, 'later', 'MATCH (n) RETURN count(n)'), ['count(n)', '1']);
    const damaged = await run('restore', first, {
      env: { OVERWRITE: '1' },
      after: (name, work) => {
        if (name !== 'guard') return;
        for (const file of ['1', '2']) appendFileSync(join(work, 'data/falkordb/files', file), 'x');
      },
    });
    assert.match(
      damaged.said?.why ?? '',
      /payload version or checksum are wrong .* is not loaded, and is as it was before$/,
    );
    assert.deepEqual(await everything(first), before);
  });

  it('never shows the password in what a backup says', async () => {
    const pod = await start('third');
    const wrong = await run('backup', pod, { secrets: { ...secrets, 'stores/graph': 'wrong-one' } });
    assert.match(wrong.said?.why ?? '', /FalkorDB at 192.0.2.1 is not ready: .*(NOAUTH|WRONGPASS)/);
    const none = await run('backup', pod, { secrets: backupPassword });
    assert.match(none.said?.why ?? '', /there is no entry graph of Secret stores, the password of FalkorDB: make it/);
    assert.doesNotMatch(`${wrong.output}${none.output}`, /wrong-one|te d/);
  });
});
