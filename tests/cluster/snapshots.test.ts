import assert from 'node:assert/strict';
import type { V1CronJob, V1Pod } from '@kubernetes/client-node';
import { KubeConfig } from '@kubernetes/client-node';
import { backupFacts, backupObjects } from '../../components/context-engine/backup';
import type { SystemPlan } from '../../components/system';
import { Interrupted } from '../../operate/base/failure';
import { fleetHomeAt } from '../../operate/base/fleet-home';
import { get } from '../../operate/cluster/api';
import { snapshotDrill } from '../../operate/commands/backup/snapshots/drill';
import { snapshotNow } from '../../operate/commands/backup/snapshots/now';
import { snapshotRestore } from '../../operate/commands/backup/snapshots/restore';
import type { SnapshotTarget } from '../../operate/commands/backup/target';
import type { Report } from '../../operate/report/report';
import { captured, type Ran } from '../support/cluster/captured';
import { controlPlane, eventually, removeNamespace } from '../support/cluster/control-plane';
import { ContainerLog, serveLogs, servePorts } from '../support/cluster/kubelet';
import { PlayedPods } from '../support/cluster/played-pods';
import { FakeQdrant } from '../support/contract/fake-qdrant';
import { FakeS3 } from '../support/contract/fake-s3';
import { fakePlace, fill, textOf } from '../support/contract/qdrant-place';
import { runContainer } from '../support/contract/qdrant-scripts';
import { backupArgs, bucket } from '../support/qdrant-backup';

const namespace = 'snapshots';

describe('backups of snapshots', function () {
  this.timeout(300_000);
  let living: FakeQdrant;
  let s3: FakeS3;
  let pods: PlayedPods;
  let target: SnapshotTarget;
  const interrupt = new AbortController();

  before(async () => {
    [living, s3] = [await FakeQdrant.started(), await FakeS3.started()];
    const { objects, cluster } = controlPlane();
    const args = backupArgs(bucket, {
      metadata: (name) => ({ name, namespace }),
      serviceAccountName: 'default',
      // Only the test makes backups.
      schedule: '0 0 31 2 *',
    });
    await objects.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    for (const { object } of Object.values(backupObjects(args))) await objects.create(object as never);
    pods = await PlayedPods.connected();
    await eventually('the account is there', async () => {
      return (await get(pods.api, `/api/v1/namespaces/${namespace}/serviceaccounts/default`)) !== undefined;
    });
    await objects.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'qdrant-0', namespace, labels: args.qdrant.podLabels },
      spec: { containers: [{ name: 'qdrant', image: 'example.org/qdrant:1' }] },
    } as never);
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(cluster.kubeconfig);
    target = {
      kind: 'snapshots',
      stack: 'saved',
      cluster: { api: pods.api, kubeConfig, context: '', server: '', version: '', uid: undefined },
      system: { path: ['contextEngine'], id: 'context-engine', namespace } as Partial<SystemPlan> as SystemPlan,
      backup: backupFacts(args),
      signal: interrupt.signal,
    };
    for (const name of ['qdrant-backup', 'qdrant-restore']) await pods.hold(namespace, name);
    await servePorts({ namespace, names: ['qdrant-0'] }, { 6333: living.port });
    await fill(await fakePlace(living), 'codebase', 12);
  });
  after(async () => {
    await pods?.closeNodes(false);
    await living?.stop();
    await s3?.stop();
    await removeNamespace(namespace);
  });

  const options = { stack: 'saved', json: true, samples: '5' };
  const run = { home: fleetHomeAt('/nonexistent'), projectDir: '', signal: interrupt.signal };
  const findings = ({ text }: Ran) => (JSON.parse(text) as Report).findings;
  const found = async () => namespace;

  /** Does what the node would with the next pod of a CronJob: runs its script and says how it ended. */
  async function play(cronJob: string): Promise<void> {
    const pod = await pods.found(
      found,
      ({ metadata, spec, status }) =>
        (metadata?.name?.startsWith(`${cronJob}-now-`) ?? false) &&
        (spec?.schedulingGates?.length ?? 0) > 0 &&
        status?.phase === 'Pending',
    );
    const container = pod.spec?.containers[0] as never;
    const { code, lastLine, output } = await runContainer(container, { QDRANT_URL: living.url, ...s3.settings });
    await logOf(pod, output);
    if (code === 0) return pods.release(pod);
    // A pod that never came to a node has no log; this is what the kubelet keeps of it.
    const state = { terminated: { exitCode: code, message: lastLine, reason: 'Error' } };
    const status = { name: 'restore', image: '', imageID: '', ready: false, restartCount: 0, state };
    await pods.report(pod, { phase: 'Failed', containerStatuses: [status] });
  }

  async function logOf(pod: V1Pod, output: string): Promise<void> {
    const log = new ContainerLog();
    log.write(...output.split('\n'));
    await serveLogs({ namespace, names: [pod.metadata?.name ?? ''] }, log);
  }

  it('are made at once, with what is in them', async () => {
    const [ran] = await Promise.all([captured(() => snapshotNow(options, target)), play('qdrant-backup')]);
    assert.equal(ran.code, 0, ran.text);
    const [complete, content] = findings(ran);
    assert.match(complete?.found ?? '', /^backup \w+ is complete on s3:\/\/backups\/fleet\/qdrant at https:/);
    assert.match(content?.found ?? '', /^codebase with 12 points; 0 aliases, /);
    const cronJob = await get<V1CronJob>(pods.api, `/apis/batch/v1/namespaces/${namespace}/cronjobs/qdrant-backup`);
    assert.ok(cronJob?.status?.lastSuccessfulTime, 'it counts as a success of the schedule');
  });

  it('are restored over what is there only with consent', async () => {
    await fill(await fakePlace(living), 'codebase', 3, 'newer');
    const restore = (more: object) =>
      captured(() => snapshotRestore({ ...options, backup: 'latest', ...more }, target));
    const [list] = await Promise.all([restore({ list: true }), play('qdrant-restore')]);
    assert.match(findings(list)[0]?.found ?? '', /^codebase with 12 points/);
    const [refused] = await Promise.allSettled([restore({}), play('qdrant-restore')]);
    assert.equal(refused.status, 'rejected', 'nobody can be asked here');
    assert.equal(await textOf(await fakePlace(living), 'codebase', 1), 'newer 1');
    const both = async () => {
      await play('qdrant-restore');
      await play('qdrant-restore');
    };
    const [ran] = await Promise.all([restore({ yes: true }), both()]);
    assert.equal(ran.code, 0, ran.text);
    assert.equal(findings(ran)[0]?.found, 'collection codebase with 12 points');
    assert.match(findings(ran)[1]?.found ?? '', /is in context-engine, as its manifest says: codebase with 12 points/);
    assert.equal(await textOf(await fakePlace(living), 'codebase', 1), 'about 1');
  });

  const drillPods = async () => {
    const list = await get<{ items: V1Pod[] }>(pods.api, `/api/v1/namespaces/${namespace}/pods`);
    return (list?.items ?? []).filter(({ metadata }) => metadata?.name?.startsWith('context-engine-drill-'));
  };
  const isDrill = ({ metadata }: V1Pod) => metadata?.name?.startsWith('context-engine-drill-') ?? false;

  it('are tried out in a Qdrant of their own, which is removed again', async () => {
    const other = await FakeQdrant.started();
    await pods.closeNodes(true);
    const playDrill = async () => {
      const pod = await pods.found(found, isDrill);
      // The simulated node takes up pods that are pending, and would have them end at once.
      await pods.report(pod, { phase: 'Running' });
      await pods.closeNodes(false);
      await pods.found(found, (each) => isDrill(each) && each.spec?.nodeName !== undefined);
      const restore = pod.spec?.containers.find(({ name }) => name === 'restore');
      const { code, output } = await runContainer(restore as never, { QDRANT_URL: other.url, ...s3.settings });
      await logOf(pod, output);
      await servePorts({ namespace, names: [pod.metadata?.name ?? ''] }, { 6333: other.port });
      const state = { terminated: { exitCode: code, reason: 'Completed' } };
      const status = { name: 'restore', image: '', imageID: '', ready: false, restartCount: 0, state };
      await pods.report(pod, { phase: 'Running', containerStatuses: [status] });
    };
    const [ran] = await Promise.all([captured(() => snapshotDrill(run, options, target, 5)), playDrill()]);
    await other.stop();
    assert.equal(ran.code, 0, ran.text);
    const told = Object.fromEntries(findings(ran).map((each) => [each.subject, each.found]));
    assert.equal(told['collection codebase'], '12 points on both sides');
    assert.match(told.samples ?? '', /^5 points read on both sides: 5 the same/);
    assert.deepEqual(await drillPods(), []);
  });

  it('leave no drill behind where the operator ends it', async () => {
    await pods.closeNodes(true);
    const ended = assert.rejects(snapshotDrill(run, options, target, 5), Interrupted);
    await pods.found(found, isDrill);
    interrupt.abort();
    await ended;
    assert.deepEqual(await drillPods(), []);
  });
});
