import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1CronJob, V1Job, V1Pod } from '@kubernetes/client-node';
import { stringify } from 'yaml';
import type { ResticBackup } from '../../components/system/operations';
import { fleetHomeAt } from '../../operate/base/fleet-home';
import type { CommandRun } from '../../operate/base/run';
import { get } from '../../operate/cluster/api';
import { drill } from '../../operate/commands/backup/drill';
import { now } from '../../operate/commands/backup/now';
import { restore } from '../../operate/commands/backup/restore';
import { status } from '../../operate/commands/backup/status';
import type { Report } from '../../operate/report/report';
import { describedStack } from '../../operate/stack';
import { captured, type Ran } from '../support/cluster/captured';
import { controlPlane, eventually, removeNamespace } from '../support/cluster/control-plane';
import { ContainerLog, serveLogs } from '../support/cluster/kubelet';
import { PlayedPods } from '../support/cluster/played-pods';
import { halfADayAway } from '../support/schedule';

const namespace = 'restic';
const counts = { qdrant: { codebase: 12 } };
const made = { snapshot: '4f1d2c3b', made: '2026-05-01T02:43:00Z', counts };
const answers = {
  backup: { action: 'backup', ok: true, time: made.made, ...made, bytes: 2048, added: 1024, kept: 1, warnings: [] },
  list: {
    action: 'list',
    ok: true,
    backups: [{ short_id: '4f1d2c3b', time: made.made, hostname: 'saved/restic/context-engine', tags: [] }],
  },
  refused: { action: 'restore', ok: false, why: 'this would be overwritten', overwrites: counts },
  restore: { action: 'restore', ok: true, ...made },
  drill: { action: 'drill', ok: true, ...made },
};

// What the scripts of the Jobs do and say, tests/contract/backup-jobs.test.ts shows with the real restic.
describe('backups by restic', function () {
  this.timeout(300_000);
  let pods: PlayedPods;
  let projectDir: string;
  let facts: ResticBackup;

  before(async () => {
    const { folder, objects } = controlPlane();
    projectDir = mkdtempSync(join(folder, 'project-'));
    const contextEngine = {
      image: 'registry.example.org/context-engine:1',
      layout: 'single-node',
      namespace: { name: namespace },
      // Only the test makes backups.
      backup: {
        schedule: halfADayAway(),
        // Nobody makes the volumes of claims here.
        target: { kind: 's3', endpoint: 'https://s3.example.org', bucket: 'backups' },
      },
    };
    const file = join(projectDir, 'Pulumi.saved.yaml');
    writeFileSync(file, stringify({ config: { 'memory-fleet:contextEngine': contextEngine } }));
    const [system] = describedStack(projectDir, 'saved').plan.systems;
    assert.ok(system?.operations.backups[0]?.kind === 'restic');
    [facts] = system.operations.backups as [ResticBackup];
    const wanted = ['namespace', 'serviceAccount', 'backupScripts', 'backup', 'backupRestore', 'backupDrill'];
    for (const key of wanted) await objects.create(system.objects[key]?.object as never);
    pods = await PlayedPods.connected();
    for (const name of Object.values(facts.cronJobs)) await pods.hold(namespace, name);
  });
  after(() => removeNamespace(namespace));

  const run = (work: (run: CommandRun, options: never) => Promise<number>, more: object = {}): Promise<Ran> => {
    const { cluster, folder } = controlPlane();
    const { kubeconfig } = cluster;
    const of = { home: fleetHomeAt(folder), projectDir, signal: new AbortController().signal };
    return captured(() => work(of, { stack: 'saved', kubeconfig, json: true, samples: '1', ...more } as never));
  };
  const findings = ({ text }: Ran) => (JSON.parse(text) as Report).findings;
  const jobs = async () =>
    (await get<{ items: V1Job[] }>(pods.api, `/apis/batch/v1/namespaces/${namespace}/jobs`))?.items ?? [];

  /** Does what the node would with the next pod of a CronJob. @returns the environment of its containers */
  async function play(cronJob: string, said: { readonly ok: boolean }, failed?: string) {
    const isNext = ({ metadata, spec, status: at }: V1Pod) =>
      (metadata?.name?.startsWith(`${cronJob}-now-`) ?? false) &&
      (spec?.schedulingGates?.length ?? 0) > 0 &&
      at?.phase === 'Pending';
    const pod = await pods.found(async () => namespace, isNext);
    const all = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
    const env = Object.assign(
      {},
      ...all.flatMap(({ env: each = [] }) => each.map(({ name, value }) => ({ [name]: value }))),
    );
    if (said.ok) {
      const log = new ContainerLog();
      log.write('what went before', JSON.stringify(said));
      await serveLogs({ namespace, names: [pod.metadata?.name ?? ''] }, log);
      await pods.release(pod);
    } else {
      // A pod that never came to a node has no log; this is what the kubelet keeps of it.
      const state = { terminated: { exitCode: 1, message: JSON.stringify(said), reason: 'Error' } };
      const one = { name: failed, image: '', imageID: '', ready: false, restartCount: 0, state };
      await pods.report(pod, { phase: 'Failed', initContainerStatuses: [one] });
    }
    return env as Readonly<Record<string, string>>;
  }

  it('are missing where none was made', async () => {
    const ran = await run(status);
    assert.equal(ran.code, 1);
    assert.deepEqual(
      findings(ran).map(({ status: found }) => found),
      ['ok', 'missing', 'warning'],
    );
  });

  it('are made at once, with what is in them, and count as one of the schedule', async () => {
    const [ran] = await Promise.all([run(now), play(facts.cronJobs.backup, answers.backup)]);
    assert.equal(ran.code, 0, ran.text);
    assert.equal(
      findings(ran)[0]?.found,
      'backup 4f1d2c3b is complete and checked, on s3://backups/context-engine at https://s3.example.org',
    );
    assert.match(findings(ran)[1]?.found ?? '', /^qdrant: codebase with 12; 2\.0 KiB, of which 1\.0 KiB are new$/);
    assert.deepEqual(await jobs(), [], 'its Job is gone');
    const path = `/apis/batch/v1/namespaces/${namespace}/cronjobs/${facts.cronJobs.backup}`;
    assert.ok((await get<V1CronJob>(pods.api, path))?.status?.lastSuccessfulTime);
    assert.equal((await run(status)).code, 0);
  });

  it('say in words of their own why they could not be made', async () => {
    const failed = { action: 'backup', ok: false, why: 'there is no entry password of Secret context-engine-backup' };
    const [ran] = await Promise.all([run(now), play(facts.cronJobs.backup, failed, 'open')]);
    assert.equal(ran.code, 1);
    assert.match(findings(ran)[0]?.found ?? '', /; there is no entry password of Secret context-engine-backup$/);
  });

  it('are listed by a run that is told to change nothing', async () => {
    const [ran, env] = await Promise.all([
      run(restore, { backup: 'latest', list: true }),
      play(facts.cronJobs.restore, answers.list),
    ]);
    assert.equal(findings(ran)[0]?.subject, '4f1d2c3b');
    assert.equal(env.ACTION, 'list');
  });

  it('are restored over what is there only with consent', async () => {
    const { restore: cronJob } = facts.cronJobs;
    const [refused] = await Promise.allSettled([
      run(restore, { backup: '4f1d2c3b' }),
      play(cronJob, answers.refused, 'guard'),
    ]);
    assert.equal(refused.status, 'rejected', 'nobody can be asked here');
    const both = async () => [await play(cronJob, answers.refused, 'guard'), await play(cronJob, answers.restore)];
    const [ran, played] = await Promise.all([run(restore, { backup: '4f1d2c3b', yes: true }), both()]);
    assert.equal(ran.code, 0, ran.text);
    assert.deepEqual(
      played.map(({ BACKUP, OVERWRITE }) => [BACKUP, OVERWRITE]),
      [
        ['4f1d2c3b', '0'],
        ['4f1d2c3b', '1'],
      ],
    );
    assert.equal(findings(ran)[0]?.found, 'qdrant: codebase with 12');
  });

  it('are tried out, which the status then tells', async () => {
    const [ran] = await Promise.all([run(drill), play(facts.cronJobs.drill, answers.drill)]);
    assert.equal(ran.code, 0, ran.text);
    assert.match(findings(ran)[1]?.found ?? '', /^everything that it counts is there: qdrant: codebase with 12$/);
    const told = findings(await run(status)).find(({ subject }) => subject === 'drill of collections');
    assert.match(told?.found ?? '', /^last good one .* ago$/);
  });

  it('are not made, tried out or restored while one of these is under way', async () => {
    const interrupt = new AbortController();
    const { cluster, folder } = controlPlane();
    const of = { home: fleetHomeAt(folder), projectDir, signal: interrupt.signal };
    const options = { stack: 'saved', kubeconfig: cluster.kubeconfig, json: true };
    const other = assert.rejects(captured(() => now(of, options)));
    await eventually('the other is under way', async () => (await jobs()).length === 1);
    await assert.rejects(run(drill), /^Failure: Job context-engine-backup-now-\w+ is under way$/);
    interrupt.abort();
    await other;
    assert.deepEqual(await jobs(), []);
  });
});
