import assert from 'node:assert/strict';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { execa } from 'execa';
import type { SystemPlan } from '../../components/system';
import { fleetHome, fleetHomeAt } from '../../operate/base/fleet-home';
import { get } from '../../operate/cluster/api';
import { controlPlane, eventually, live, removeNamespace } from '../support/cluster/control-plane';
import { ContainerLog, serveLogs } from '../support/cluster/kubelet';
import { PlayedPods } from '../support/cluster/played-pods';
import { PodProgram } from '../support/cluster/pod-program';
import { SnapshotController } from '../support/cluster/snapshot-controller';
import { withDefinitions } from '../support/cluster/with-definitions';
import { type MadeUpCheckout, madeUpCheckout } from '../support/made-up';
import { halfADayAway } from '../support/schedule';

const namespace = 'notebook-lost';
const claims = ['qdrant-storage', 'qdrant-snapshots'];
const set = '20261128-033000';
const counts = { qdrant: { codebase: 12 } };

interface Printed {
  readonly exitCode: number;
  readonly text: string;
  readonly findings: readonly { readonly subject: string; readonly status: string; readonly found: string }[];
}

// What the scripts of the restore do is shown by tests/contract/backup-jobs.test.ts; no storage of a control plane makes snapshots.
describe('a system that has lost its data', function () {
  this.timeout(600_000);
  let checkout: MadeUpCheckout;
  let system: SystemPlan;
  let pods: PlayedPods;
  let removeDefinitions: (() => Promise<void>) | undefined;

  async function recover(...args: string[]): Promise<Printed> {
    const { cluster, folder } = controlPlane();
    const every = ['--stack', 'lost', '--kubeconfig', cluster.kubeconfig, '--json'];
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      [join(checkout.root, 'operate/fleet.js'), 'recover', ...args, ...every],
      { cwd: checkout.root, reject: false, timeout: 180_000, env: { FLEET_HOME: folder } },
    );
    const text = `${stdout}${stderr}`;
    try {
      return { exitCode: exitCode ?? -1, text, findings: [], ...JSON.parse(stdout) };
    } catch {
      return { exitCode: exitCode ?? -1, text, findings: [] };
    }
  }

  /** Does what the node would with the next pod of a CronJob. */
  async function play(cronJob: string, log: (pod: V1Pod) => Promise<string>): Promise<V1Pod> {
    const isNext = ({ metadata, spec, status }: V1Pod) =>
      (metadata?.name?.startsWith(`${cronJob}-now-`) ?? false) &&
      (spec?.schedulingGates?.length ?? 0) > 0 &&
      status?.phase === 'Pending';
    const pod = await pods.found(async () => namespace, isNext);
    const written = new ContainerLog();
    written.write(...(await log(pod)).split('\n'));
    await serveLogs({ namespace, names: [pod.metadata?.name ?? ''] }, written);
    await pods.release(pod);
    return pod;
  }
  /** Holds the pods of a CronJob back as soon as the engine has made it. */
  const held = async (cronJob: string) => {
    const path = `/apis/batch/v1/namespaces/${namespace}/cronjobs/${cronJob}`;
    for (;;) {
      if ((await get(pods.api, path)) !== undefined) return pods.hold(namespace, cronJob);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const object = <T>(kind: string, name: string) =>
    live<T & { apiVersion: string; kind: string }>({
      apiVersion: kind === 'PersistentVolumeClaim' || kind === 'Secret' ? 'v1' : 'apps/v1',
      kind,
      metadata: { name, namespace },
    });
  const env = (pod: V1Pod, name: string) =>
    [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].flatMap(
      (container) => container.env?.find((each) => each.name === name)?.value ?? [],
    )[0];
  const running = async () => {
    const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=component%3Dserver`;
    return (await get<{ items: V1Pod[] }>(pods.api, path))?.items.length ?? 0;
  };
  const password = () =>
    controlPlane().objects.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'notebook-backup', namespace },
      stringData: { password: 'the old one' },
    } as never);

  before(async () => {
    removeDefinitions = await withDefinitions('volumesnapshots.snapshot.storage.k8s.io');
    checkout = madeUpCheckout();
    checkout.stack('lost', {
      cluster: { volumeSnapshots: {} },
      notebook: {
        instances: { lost: { backup: { schedule: halfADayAway() }, snapshots: { schedule: halfADayAway() } } },
      },
    });
    const { describedStack } = checkout.load<typeof import('../../operate/stack')>('operate/stack');
    const [found] = describedStack(checkout.root, 'lost').plan.systems;
    assert.ok(found);
    system = found;
    pods = await PlayedPods.connected();
    // The command's own engine works with the tools of the usual cache.
    const { tools } = fleetHomeAt(controlPlane().folder);
    if (!existsSync(tools)) symlinkSync(fleetHome().tools, tools);
  });
  after(async () => {
    await removeNamespace(namespace);
    await removeDefinitions?.();
    checkout?.remove();
  });

  it('says which of its backups there are to be chosen from', async () => {
    const { exitCode, text } = await recover();
    assert.equal(exitCode, 2);
    assert.match(text, /notebook-lost has several backups\n→ choose by --from: notes, snapshots/);
  });

  it('gets its namespace, and waits for the Secrets that others bring', async () => {
    const { exitCode, text } = await recover('--from', 'notes');
    assert.equal(exitCode, 2);
    assert.match(text, /namespace notebook-lost is there, and lacks what others bring/);
    assert.match(text, /password of the backups of notebook-lost \(notes\): Secret notebook-lost\/notebook-backup/);
    assert.match(text, /the password of backups is the one that they were made with/);
    const labels = (await live({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }))?.metadata
      ?.labels;
    assert.equal(labels?.['pod-security.kubernetes.io/enforce'], 'restricted');
  });

  it('says what to deploy where it is not to do so itself', async () => {
    await password();
    const { exitCode, text } = await recover('--from', 'notes');
    assert.equal(exitCode, 2);
    assert.match(text, /are not there yet: deployments\/notebook, cronjobs\/backup, /);
    assert.match(text, /→ pulumi up --refresh --stack lost, then run this again with --over-existing/);
  });

  it('has its claims made of snapshots before the StatefulSet, its objects, and its data counted', async () => {
    const controller = new SnapshotController(pods.api, namespace);
    for (const claim of claims) {
      await controlPlane().objects.create({
        apiVersion: 'snapshot.storage.k8s.io/v1',
        kind: 'VolumeSnapshot',
        metadata: {
          name: `${claim}-${set}`,
          namespace,
          labels: { 'memory-fleet.dev/snapshots': 'snapshots', 'memory-fleet.dev/snapshot-set': set },
          annotations: {
            'memory-fleet.dev/snapshot-claims': claims.join(' '),
            'memory-fleet.dev/snapshot-counts': JSON.stringify(counts),
          },
        },
        spec: { source: { persistentVolumeClaimName: claim } },
      } as never);
    }
    const none = await recover('--from', 'snapshots', '--up');
    assert.match(none.text, /there is no set of snapshots that can be used in namespace notebook-lost/);
    await controller.plays(async () => ({
      creationTime: new Date().toISOString(),
      readyToUse: true,
      restoreSize: '512Mi',
    }))();

    const verified = held('snapshots-verify').then(() =>
      play('snapshots-verify', async ({ spec }) => {
        const scripts = system.objects.snapshotsScripts?.object as never;
        const program = new PodProgram(pods.api, namespace, 'snapshots', scripts);
        mkdirSync(join(program.work, 'there'), { recursive: true });
        writeFileSync(join(program.work, 'there', 'qdrant'), '12 codebase\n');
        return (await program.run(spec)).log;
      }),
    );
    const [ran, pod] = await Promise.all([recover('--from', 'snapshots', '--up'), verified]);
    assert.equal(ran.exitCode, 0, ran.text);
    assert.equal(env(pod, 'SET'), set);
    assert.deepEqual(
      ran.findings.map(({ status, subject }) => `${subject} ${status}`),
      ['namespace ok', 'claims ok', 'objects ok', 'data ok'],
    );
    assert.match(ran.findings[3]?.found ?? '', /^everything that was counted is there: qdrant: codebase with 12$/);
    for (const claim of claims) {
      // The engine has taken over a claim that was there already: those that it makes itself have no source.
      const found = await object<{ spec: { dataSource?: { name?: string } } }>('PersistentVolumeClaim', claim);
      assert.equal(found?.spec.dataSource?.name, `${claim}-${set}`);
    }
    assert.ok(await object('StatefulSet', 'qdrant'));
    assert.equal(await running(), 1);
  });

  it('goes on from where it was, also where there is a newer set by now, which never goes into a volume that is there', async () => {
    const other = '20261129-033000';
    for (const claim of claims) {
      await controlPlane().objects.create({
        apiVersion: 'snapshot.storage.k8s.io/v1',
        kind: 'VolumeSnapshot',
        metadata: {
          name: `${claim}-${other}`,
          namespace,
          labels: { 'memory-fleet.dev/snapshots': 'snapshots', 'memory-fleet.dev/snapshot-set': other },
        },
        spec: { source: { persistentVolumeClaimName: claim } },
      } as never);
    }
    await new SnapshotController(pods.api, namespace).plays(async () => ({ readyToUse: true, restoreSize: '1Gi' }))();
    const why = `what is there is not what set ${set} says: qdrant: codebase is missing`;
    const counted = (answer: object) =>
      play('snapshots-verify', async () => JSON.stringify({ action: 'verify', ...answer }));
    const [ran, pod] = await Promise.all([recover('--from', 'snapshots'), counted({ ok: false, why })]);
    assert.equal(ran.exitCode, 1, ran.text);
    assert.equal(env(pod, 'SET'), set);
    assert.match(ran.findings[1]?.found ?? '', /, as an earlier run has made them$/);
    assert.match(ran.findings.at(-1)?.found ?? '', /codebase is missing$/);
    const uncounted = { ok: true, set, counts, compared: false, differing: [] };
    const [unknown] = await Promise.all([recover('--from', 'snapshots'), counted(uncounted)]);
    assert.equal(unknown.findings.at(-1)?.status, 'warning');
    assert.match(unknown.findings.at(-1)?.found ?? '', /does not say what it had; there is qdrant: codebase with 12$/);
    const refused = await recover('--from', 'snapshots', '--backup', other, '--over-existing', '--yes');
    assert.equal(refused.exitCode, 2);
    assert.match(refused.text, /qdrant-storage is there, and not made of set 20261129-033000/);
  });

  it('is not overwritten by a backup unless that is said twice', async () => {
    const once = await recover('--from', 'notes', '--yes');
    assert.equal(once.exitCode, 2);
    assert.match(once.text, /notebook-lost has volumes already: qdrant-storage, qdrant-snapshots, backup/);

    await pods.hold(namespace, 'backup-restore');
    const away: number[] = [];
    const answers = [
      { action: 'restore', ok: false, why: 'this would be overwritten', overwrites: counts },
      { action: 'restore', ok: true, snapshot: '4f1d2c3b', made: '2026-05-01T02:43:00Z', counts },
    ];
    const refusing = async () => {
      const pod = await pods.found(
        async () => namespace,
        ({ metadata, status }) =>
          (metadata?.name?.startsWith('backup-restore-now-') ?? false) && status?.phase === 'Pending',
      );
      away.push(await running());
      const state = { terminated: { exitCode: 1, message: JSON.stringify(answers[0]), reason: 'Error' } };
      const one = { name: 'guard', image: '', imageID: '', ready: false, restartCount: 0, state };
      await pods.report(pod, { phase: 'Failed', initContainerStatuses: [one] });
    };
    const [asked] = await Promise.all([recover('--from', 'notes', '--over-existing'), refusing()]);
    assert.equal(asked.exitCode, 2);
    assert.match(
      asked.text,
      /nobody can be asked here: This is overwritten in notebook-lost: qdrant: codebase with 12/,
    );
    await eventually('the server is back', async () => (await running()) === 1);

    const both = async () => {
      await refusing();
      return play('backup-restore', async () => {
        away.push(await running());
        return JSON.stringify(answers[1]);
      });
    };
    const [ran, pod] = await Promise.all([recover('--from', 'notes', '--over-existing', '--yes'), both()]);
    assert.equal(ran.exitCode, 0, ran.text);
    assert.equal(env(pod, 'OVERWRITE'), '1');
    assert.deepEqual(away, [0, 0, 0], 'nobody writes meanwhile');
    assert.match(
      ran.findings.at(-1)?.found ?? '',
      /^backup 4f1d2c3b of 2026-05-01 02:43:00 UTC from volume backup is in notebook-lost/,
    );
    assert.equal(await running(), 1);
  });
});
