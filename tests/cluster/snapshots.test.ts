import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import type { SystemPlan } from '../../components/system';
import { fleetHomeAt } from '../../operate/base/fleet-home';
import type { CommandRun } from '../../operate/base/run';
import { get } from '../../operate/cluster/api';
import type { Report } from '../../operate/report/report';
import { captured, type Ran } from '../support/cluster/captured';
import { controlPlane, eventually, live, removeNamespace } from '../support/cluster/control-plane';
import { ContainerLog, serveLogs } from '../support/cluster/kubelet';
import { PlayedPods } from '../support/cluster/played-pods';
import { PodProgram } from '../support/cluster/pod-program';
import { SnapshotController } from '../support/cluster/snapshot-controller';
import { withDefinitions } from '../support/cluster/with-definitions';
import { type MadeUpCheckout, madeUpCheckout } from '../support/made-up';
import { halfADayAway } from '../support/schedule';

const namespace = 'notebook-cut';

// No storage of a control plane makes snapshots: the controller is played, and everything else is real.
describe('snapshots of volumes', function () {
  this.timeout(300_000);
  let checkout: MadeUpCheckout;
  let system: SystemPlan;
  let pods: PlayedPods;
  let removeDefinitions: (() => Promise<void>) | undefined;
  let program: PodProgram;
  let controller: SnapshotController;

  const object = (key: string) => system.objects[key]?.object as never;
  const podOf = (key: string) =>
    (object(key) as { spec: { jobTemplate: { spec: { template: V1Pod } } } }).spec.jobTemplate.spec.template.spec;
  const said = ({ log }: { log: string }) => JSON.parse(log.split('\n').at(-1) ?? '');
  const counted = (store: string, text: string) => {
    mkdirSync(join(program.work, 'there'), { recursive: true });
    writeFileSync(join(program.work, 'there', store), text);
  };
  const server = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'notebook', namespace } };
  const running = async () => {
    const found = await get<{ items: V1Pod[] }>(
      pods.api,
      `/api/v1/namespaces/${namespace}/pods?labelSelector=component%3Dserver`,
    );
    return found?.items.length ?? 0;
  };
  const replicas = async () => (await live<typeof server & { spec: { replicas: number } }>(server))?.spec.replicas;

  before(async () => {
    removeDefinitions = await withDefinitions('volumesnapshots.snapshot.storage.k8s.io');
    checkout = madeUpCheckout();
    checkout.stack('cut', {
      cluster: { volumeSnapshots: { className: 'fast' } },
      notebook: { instances: { cut: { snapshots: { schedule: halfADayAway(), keep: 1, quiesce: true } } } },
    });
    const { describedStack } = checkout.load<typeof import('../../operate/stack')>('operate/stack');
    const [found] = describedStack(checkout.root, 'cut').plan.systems;
    assert.ok(found);
    system = found;
    pods = await PlayedPods.connected();
    controller = new SnapshotController(pods.api, namespace);
    for (const key of Object.keys(system.objects)) {
      if (key === 'namespace' || key.startsWith('snapshots') || key === 'serviceAccount' || key === 'notebook') {
        await controlPlane().objects.create(object(key));
      }
    }
    program = new PodProgram(pods.api, namespace, 'snapshots', object('snapshotsScripts'));
    counted('qdrant', '12 codebase\n0 alias of codebase\n');
    await eventually('the server runs', async () => (await running()) === 1);
  });
  after(async () => {
    await removeNamespace(namespace);
    await removeDefinitions?.();
    checkout?.remove();
  });

  it('are made by an account that may do nothing else', async () => {
    const within = (path: string) => program.status(`/api/v1/namespaces/${namespace}/${path}`);
    for (const path of ['secrets', 'configmaps', 'persistentvolumeclaims']) assert.equal(await within(path), 403, path);
    const scale = (name: string) => program.status(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}/scale`);
    assert.equal(await scale('notebook'), 200);
    assert.equal(await scale('other'), 403);
  });

  it('are cut one claim after the other, while the server that writes is away, and it comes back', async () => {
    const cut: [string, number, number][] = [];
    const stop = controller.plays(async (claim, snapshots) => {
      cut.push([claim, snapshots.length, await running()]);
      return { creationTime: new Date().toISOString(), readyToUse: true, restoreSize: '1Gi' };
    });
    const ended = await program.run(podOf('snapshots'));
    await stop();
    assert.equal(ended.code, 0, ended.log);
    assert.deepEqual(cut, [
      ['qdrant-storage', 1, 0],
      ['qdrant-snapshots', 2, 0],
    ]);
    const answer = said(ended);
    assert.match(answer.set, /^\d{8}-\d{6}$/);
    assert.deepEqual(answer.counts, { qdrant: { codebase: 12, 'alias of codebase': 0 } });
    assert.equal(answer.kept, 1);
    const [first] = await controller.all();
    assert.equal(first?.metadata.name, `qdrant-snapshots-${answer.set}`);
    assert.equal(first?.spec.volumeSnapshotClassName, 'fast');
    await eventually('the server is back', async () => (await running()) === 1 && (await replicas()) === 1);
  });

  it('replace older ones only once all of the new ones can be used', async () => {
    const [before] = await controller.sets();
    const seen: number[] = [];
    const stop = controller.plays(async (_, snapshots, age) => {
      if (age < 2) return { creationTime: new Date().toISOString(), readyToUse: false };
      seen.push(snapshots.length);
      return { creationTime: new Date().toISOString(), readyToUse: true, restoreSize: '1Gi' };
    });
    const ended = await program.run(podOf('snapshots'));
    await stop();
    assert.equal(ended.code, 0, ended.log);
    assert.deepEqual([said(ended).kept, said(ended).removed], [1, 1]);
    assert.ok(seen.length > 0 && seen.every((count) => count === 4), `old ones are there: ${seen}`);
    const after = await controller.sets();
    assert.deepEqual(after, [said(ended).set]);
    assert.notEqual(after[0], before);
  });

  it('that fail leave the older ones, start the server again and say what the storage said', async () => {
    const before = await controller.sets();
    const stop = controller.plays(async () => ({ readyToUse: false, error: { message: 'the pool is full' } }));
    const ended = await program.run(podOf('snapshots'), { DEADLINE_SECONDS: '4' });
    await stop();
    assert.equal(ended.code, 1);
    assert.match(said(ended).why, /^VolumeSnapshot qdrant-storage-\S+ is cut: not within 4 s: the pool is full$/);
    assert.deepEqual((await controller.sets()).slice(0, 1), before);
    await eventually('the server is back', async () => (await replicas()) === 1 && (await running()) === 1);
  });

  it('are held against what is there now', async () => {
    assert.deepEqual(said(await program.run(podOf('snapshotsVerify'))).differing, []);
    counted('qdrant', '11 codebase\n0 alias of codebase\n5 new\n');
    assert.deepEqual(said(await program.run(podOf('snapshotsVerify'))).differing, [
      'qdrant: codebase has 11, the set says 12',
    ]);
    counted('qdrant', '11 other\n');
    const lost = await program.run(podOf('snapshotsVerify'));
    assert.equal(lost.code, 1);
    assert.match(said(lost).why, /qdrant: codebase, qdrant: alias of codebase is missing$/);
    counted('qdrant', '12 codebase\n0 alias of codebase\n');
  });

  describe('to the commands', () => {
    const run = async (file: string, more: object = {}): Promise<Ran> => {
      const verb = checkout.load<Record<string, (run: CommandRun, options: never) => Promise<number>>>(
        `operate/commands/backup/${file}`,
      )[file];
      const { cluster, folder } = controlPlane();
      const of = { home: fleetHomeAt(folder), projectDir: checkout.root, signal: new AbortController().signal };
      const options = { stack: 'cut', kubeconfig: cluster.kubeconfig, json: true, name: 'snapshots', ...more };
      return captured(async () => (await verb?.(of, options as never)) ?? -1);
    };
    const findings = ({ text }: Ran) => (JSON.parse(text) as Report).findings;

    it('are as old as the newest set that can be used; one that cannot is named', async () => {
      const [, age, broken] = findings(await run('status'));
      assert.match(age?.found ?? '', /^set \S+ is .* old \(at most .* wanted\); 1 kept$/);
      assert.match(
        broken?.found ?? '',
        /^set \S+ cannot be used: it lacks qdrant-storage \(the pool is full\), qdrant-snapshots$/,
      );
      assert.equal(broken?.status, 'warning');
    });

    it('are made at once, by a Job whose set is then looked for', async () => {
      await pods.hold(namespace, 'snapshots');
      const stop = controller.plays(async () => ({
        creationTime: new Date().toISOString(),
        readyToUse: true,
        restoreSize: '1Gi',
      }));
      const play = async () => {
        const pod = await pods.found(
          async () => namespace,
          ({ metadata, status }) =>
            (metadata?.name?.startsWith('snapshots-now-') ?? false) && status?.phase === 'Pending',
        );
        const { log: text } = await program.run(pod.spec);
        const log = new ContainerLog();
        log.write(...text.split('\n'));
        await serveLogs({ namespace, names: [pod.metadata?.name ?? ''] }, log);
        await pods.release(pod);
      };
      const [ran] = await Promise.all([run('now'), play()]);
      await stop();
      assert.equal(ran.code, 0, ran.text);
      assert.match(findings(ran)[0]?.found ?? '', /^set \S+ of 2 snapshots can be used$/);
      // A set that was never finished goes with the next good one.
      assert.equal((await controller.sets()).length, 1);
    });

    it('are listed, and restored by another command', async () => {
      const [set] = findings(await run('restore', { backup: 'latest', list: true }));
      assert.match(set?.found ?? '', /; qdrant-snapshots, qdrant-storage$/);
      await assert.rejects(
        run('restore', { backup: 'latest' }),
        /a snapshot becomes a volume only where the claim is new/,
      );
    });
  });

  describe('that somebody has brought from another cluster', () => {
    it('are left alone, and say nothing of what they had', async () => {
      const set = '20200101-000000';
      const brought = {
        apiVersion: 'snapshot.storage.k8s.io/v1',
        kind: 'VolumeSnapshot',
        metadata: {
          name: 'brought',
          namespace,
          labels: {
            'memory-fleet.dev/snapshots': 'snapshots',
            'memory-fleet.dev/snapshot-set': set,
            'memory-fleet.dev/snapshot-claim': 'qdrant-storage',
          },
        },
        spec: { source: { volumeSnapshotContentName: 'content' } },
      };
      await controlPlane().objects.create(brought as never);
      const stop = controller.plays(async () => ({ creationTime: new Date().toISOString(), readyToUse: true }));
      const ended = await program.run(podOf('snapshots'));
      await stop();
      assert.equal(ended.code, 0, ended.log);
      assert.ok((await controller.sets()).includes(set));
      const { compared, counts } = said(await program.run(podOf('snapshotsVerify'), { SET: set }));
      assert.deepEqual([compared, counts], [false, { qdrant: { codebase: 12, 'alias of codebase': 0 } }]);
      await controlPlane().objects.delete(brought as never);
    });
  });
});
