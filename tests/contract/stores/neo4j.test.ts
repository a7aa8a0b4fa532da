import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { neo4jBackup } from '../../../components/kit/stores/neo4j/backup';
import { neo4jObjects } from '../../../components/kit/stores/neo4j/objects';
import { type JobOptions, runJob } from '../../support/contract/job-pod';
import { backupPassword, storeJobs } from '../../support/contract/store-jobs';
import { type ImagePod, podAddress } from '../../support/images/pod';
import { storePods } from '../../support/images/store-pods';
import { neo4jArgs } from '../../support/stores';

const {
  image,
  password: { source },
} = neo4jArgs;
const toolsImage = 'docker.io/library/python:3.13.5-alpine';
/** Of everything that a shell, a statement or a file of settings reads in its own way. */
const [first, second] = [`it's "a" \\n $HOME é`, 'another \\password'];
const secretsWith = (password: string) => ({ 'stores/neo4j': `${password}\n`, ...backupPassword });

/** A value of every type that a property can have, by Neo4j's own manual. */
const everyType = `{
  integer: 9223372036854775807, float: 1.1, nan: 0.0/0.0, infinite: -1.0/0.0, negative: -0.0, text: 'ü "\\\\\\n', empty: '',
  truth: true, date: date('0001-01-01'), time: time('12:00:00.000000001+02:00'), localTime: localtime('12:00'),
  moment: datetime('2020-07-01T00:00:00.000000001+02:00'), zoned: datetime('2020-07-01T00:00[Europe/Berlin]'),
  localMoment: localdatetime('2020-01-01T01:00'), length: duration('P1Y-2M3DT-4.5S'),
  here: point({latitude: 52.5, longitude: 13.4}), above: point({latitude: 1, longitude: 2, height: 3}),
  plane: point({x: 1, y: 2}), space: point({x: 1, y: 2, z: 3.3}),
  integers: [1, 2], floats: [1.0], texts: ['ä', ''], truths: [true, false], dates: [date('2020-01-01')], none: [],
  points: [point({x: 1, y: 2})], \`a \`\`name\`: 1
}`;
const writes = [
  'CREATE CONSTRAINT one FOR (f:File) REQUIRE f.id IS UNIQUE',
  'CREATE INDEX path FOR (f:File) ON (f.path)',
  'CREATE FULLTEXT INDEX words FOR (n:File|Symbol) ON EACH [n.path, n.name]',
  'CREATE INDEX `a ``line` FOR ()-[i:IMPORTS]-() ON (i.line)',
  `UNWIND range(1, 3000) AS n
   CREATE (:File {id: n, path: 'src/' + toString(n)})-[:IMPORTS {line: n}]->(:Symbol {name: 's' + toString(n % 50)})`,
  'MATCH (f:File) WHERE f.id % 10 = 0 DETACH DELETE f',
  `CREATE (x:\`A \`\`label\`:Other ${everyType})-[:\`TO \`\`self\` ${everyType}]->(x)`,
  'CREATE (), ()',
];
const empties = [
  'MATCH (n) DETACH DELETE n',
  'DROP CONSTRAINT one',
  'DROP INDEX path',
  'DROP INDEX words',
  'DROP INDEX `a ``line`',
];
const questions = [
  'MATCH (f:File)-[i:IMPORTS]->(s) RETURN count(f), sum(f.id), sum(i.line), count(DISTINCT s.name)',
  'MATCH (n) RETURN labels(n) AS labels, count(*) ORDER BY labels',
  `MATCH (x:Other)-[r]->(x) UNWIND keys(x) AS key
   RETURN key, valueType(x[key]), toString(x[key] = r[key]), x[key], r[key] ORDER BY key`,
  'SHOW CONSTRAINTS YIELD name, type, labelsOrTypes, properties RETURN * ORDER BY name',
  'SHOW INDEXES YIELD name, type, entityType, labelsOrTypes, properties, state RETURN * ORDER BY name',
  "SHOW SETTINGS 'dbms.usage_report.enabled', 'client.allow_telemetry' YIELD name, value RETURN *",
];
const counts = {
  neo4j: {
    nodes: 5703,
    'nodes labelled A `label': 1,
    'nodes labelled File': 2700,
    'nodes labelled Other': 1,
    'nodes labelled Symbol': 3000,
    relationships: 2701,
    'relationships of type IMPORTS': 2700,
    'relationships of type TO `self': 1,
    'constraints and indexes': 4,
  },
};

describe('Neo4j in its image, as the plan runs it', function () {
  this.timeout(600_000);
  const pods = storePods(image);
  let pod: ImagePod;
  let before: string;

  const start = (volume: string, password: string) =>
    pods.start(neo4jObjects(neo4jArgs), { 'data-neo4j-0': volume }, secretsWith(password));
  /** What a client of another pod is answered. */
  const asked = async (server: ImagePod, password: string, ...statements: readonly string[]) => {
    const script =
      'export NEO4J_PASSWORD="$1" JAVA_OPTS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"; printf "%s" "$3" | cypher-shell -a "bolt://$2" -u neo4j --format plain 2>&1';
    const text = statements.map((each) => `${each};\n`).join('');
    const { stdout } = await server.exec('bash', '-c', script, 'client', password, `${podAddress}:7687`, text);
    return stdout;
  };
  const everything = (server: ImagePod, password: string) => asked(server, password, ...questions);
  const backup = neo4jBackup({
    toolsImage,
    image,
    host: 'neo4j.stores.svc',
    password: source,
    resources: neo4jArgs.resources,
    storageSize: '1Gi',
  });
  const { configMaps, ...jobs } = storeJobs([backup], { uid: 1001, gid: 1001 });
  const run = (purpose: keyof typeof jobs, network: ImagePod | undefined, more: Partial<JobOptions> = {}) =>
    runJob(jobs[purpose], {
      configMaps,
      volumes: { '/repository': pods.images.volume('repository') },
      secrets: secretsWith(second),
      addresses: { 'neo4j.stores.svc': podAddress },
      inImage: pods.images.bundle,
      ...(network ? { network } : {}),
      ...more,
    });

  it('keeps what it was given where it is killed, and lets nobody in by the password of before', async () => {
    const killed = await start('first', first);
    assert.deepEqual([await killed.passes('readinessProbe'), await killed.passes('livenessProbe')], [true, true]);
    assert.equal(await asked(killed, first, ...writes, 'CALL db.awaitIndexes()'), '');
    before = await everything(killed, first);
    assert.match(before, /^2700, 4050000, 4050000, 45$/m);
    // What is no number is equal to nothing.
    assert.deepEqual(before.match(/^.*, "false", .*$/gm), ['"nan", "FLOAT NOT NULL", "false", NaN, NaN']);
    assert.match(before, /^"text", "STRING NOT NULL", "true", "ü /m);
    await killed.kill();
    const again = await start('first', first);
    assert.equal(await asked(again, first, 'MATCH (n) RETURN count(n)'), 'count(n)\n5703\n');
    await again.stop();
    pod = await start('first', second);
    assert.match(await asked(pod, first, 'RETURN 1'), /unauthorized/);
    assert.equal(await everything(pod, second), before);
  });

  it('shows its password to nobody, and listens to others only where it asks for it', async () => {
    const seen = await pod.exec(
      'bash',
      '-c',
      "tr '\\0' '\\n' </proc/1/environ; tr '\\0' '\\n' </proc/1/cmdline; ls /tmp",
    );
    assert.match(seen.stdout, /^org\.neo4j\.server\.CommunityEntryPoint$/m);
    // What its own settings want of Java, and not how they divide its memory.
    assert.match(seen.stdout, /^--add-opens=java\.base\/java\.nio=ALL-UNNAMED$/m);
    assert.match(seen.stdout, /^-Xmx349525k$/m);
    assert.doesNotMatch(seen.stdout, /AlwaysPreTouch/);
    const logs = await pod.exec('bash', '-c', 'cat /logs/* /run/neo4j/*');
    assert.match(logs.stdout, /dbms\.security\.auth_enabled=true/);
    for (const text of [seen.stdout, logs.stdout, pod.output]) assert.doesNotMatch(text, /another/);
    assert.match(pod.output, /Bolt enabled on 127\.0\.0\.1:7687[\s\S]*Bolt enabled on 0\.0\.0\.0:7687/);
    assert.match(before, /^"dbms.usage_report.enabled", "false"$/m);
    assert.match(before, /^"client.allow_telemetry", "false"$/m);
    await assert.rejects(start('never', 'seven77'), /has 7 characters, and it takes none of less than 8/);
    await assert.rejects(start('never', 'one\ntwo and'), /has a line break in it/);
  });

  it('is backed up while it runs, tried out beside it, and restored into a used one and into an empty one', async () => {
    const made = await run('backup', pod);
    assert.deepEqual([made.said?.ok, made.said?.counts], [true, counts], made.output);
    const drill = await run('drill', undefined);
    assert.deepEqual([drill.said?.ok, drill.said?.counts], [true, counts], drill.output);

    await asked(
      pod,
      second,
      'MATCH (f:File) WHERE f.id < 100 DETACH DELETE f',
      'DROP CONSTRAINT one',
      'CREATE (:Later)',
    );
    const refused = await run('restore', pod);
    assert.deepEqual([refused.container, refused.said?.ok], ['guard', false], refused.output);
    const damaged = await run('restore', pod, {
      env: { OVERWRITE: '1' },
      after: (name, work) => {
        if (name !== 'guard') return;
        const file = join(work, 'data/neo4j/files/relationships.jsonl');
        writeFileSync(file, readFileSync(file, 'utf8').split('\n').slice(1).join('\n'));
      },
    });
    assert.match(damaged.said?.why ?? '', /the dump has \d+ relationships of 2701: the graph is left as it is/);
    assert.match(await asked(pod, second, 'MATCH (n:Later) RETURN count(n)'), /^1$/m);
    const overwritten = await run('restore', pod, { env: { OVERWRITE: '1' } });
    assert.equal(overwritten.said?.ok, true, overwritten.output);
    // What empties it answers nothing.
    assert.equal(await asked(pod, second, ...questions, ...empties), before);
    const restored = await run('restore', pod);
    assert.deepEqual([restored.said?.ok, restored.said?.counts], [true, counts], restored.output);
    assert.equal(await everything(pod, second), before);
  });

  it('needs no more memory than its container may have', async () => {
    const { stdout } = await pod.exec('bash', '-c', "sed -n 's/^VmHWM:[^0-9]*\\([0-9]*\\) kB/\\1/p' /proc/1/status");
    assert.ok(Number(stdout) > 0 && Number(stdout) < 1024 * 1024, `${stdout} KiB`);
  });

  it('never shows the password in what a backup says', async () => {
    const wrong = await run('backup', pod, { secrets: secretsWith('wrong-one') });
    assert.match(wrong.said?.why ?? '', /Neo4j answered 401: the key is refused/);
    const none = await run('backup', pod, { secrets: backupPassword });
    assert.match(none.said?.why ?? '', /there is no entry neo4j of Secret stores, the key of Neo4j: make it/);
    assert.doesNotMatch(`${wrong.output}${none.output}`, /wrong-one/);
  });

  it('is not backed up half: a dump during which anything is written is made again, and fails in the end', async () => {
    // Each row in a transaction of its own, for longer than the test.
    const writing = asked(
      pod,
      second,
      'UNWIND range(1, 100000000) AS n CALL { CREATE (:Busy) } IN TRANSACTIONS OF 1 ROW',
    );
    while (!/^[1-9]/m.test(await asked(pod, second, 'MATCH (n:Busy) RETURN count(n)'))) assert.ok(pod.network);
    const busy = await run('backup', pod);
    assert.match(
      busy.said?.why ?? '',
      /Neo4j was written to during each of 5 dumps: back it up when nothing writes to it/,
    );
    assert.equal((await pod.stop())[0]?.code, 0);
    await writing;
  });
});
