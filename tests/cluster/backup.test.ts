import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Job, V1Namespace, V1Pod } from '@kubernetes/client-node';
import { Failure, Interrupted } from '../../operate/base/failure';
import { get } from '../../operate/cluster/api';
import { drill } from '../../operate/commands/backup/drill';
import { drillLabel } from '../../operate/commands/backup/git/drill/scratch';
import { now } from '../../operate/commands/backup/now';
import { status } from '../../operate/commands/backup/status';
import type { Report } from '../../operate/report/report';
import { type BackedUp, backedUp } from '../support/cluster/backed-up';
import type { Ran } from '../support/cluster/captured';
import { controlPlane, eventually } from '../support/cluster/control-plane';
import { ContainerLog, serveExec, serveLogs, servePorts } from '../support/cluster/kubelet';
import { PlayedPods } from '../support/cluster/played-pods';
import { backupEnvironment, machineShell, runBackup, type Shell } from '../support/contract/backup-script';
import { orSkip } from '../support/contract/missing';
import { Pod } from '../support/contract/server';

const cronJob = 'memory-mcp-backup';

describe('backups', function () {
  this.timeout(300_000);
  let saved: BackedUp;
  let pods: PlayedPods;
  let shell: Shell;

  before(async function () {
    this.timeout(0);
    shell = await orSkip(this, machineShell);
    saved = await backedUp(this);
    pods = await PlayedPods.connected();
    await pods.hold(saved.namespace, cronJob);
    await saved.remember('first');
  });
  afterEach(() => {
    if (saved) saved.remote.refuseWith = undefined;
  });
  after(() => saved?.remove());

  const finding = ({ text }: Ran, subject: string) => {
    const found = (JSON.parse(text) as Report).findings.find((each) => each.subject === subject);
    assert.ok(found, text);
    return found;
  };
  const head = async () => ((await saved.remote.head('memories')) ?? '').slice(0, 10);
  const jobs = async () =>
    (await get<{ items: V1Job[] }>(pods.api, `/apis/batch/v1/namespaces/${saved.namespace}/jobs`))?.items ?? [];
  const isRun = ({ metadata, spec }: V1Pod) =>
    (metadata?.name?.startsWith(`${cronJob}-now-`) ?? false) && (spec?.schedulingGates?.length ?? 0) > 0;

  /** Does what the node would: runs the script of the next run's pod and says how it ended. */
  async function playRun(): Promise<void> {
    const pod = await pods.found(async () => saved.namespace, isRun);
    const { code, output, lastLine } = await runBackup(shell, backupEnvironment(saved.server, 8080));
    const log = new ContainerLog();
    log.write(...output.split('\n'));
    await serveLogs({ namespace: saved.namespace, names: [pod.metadata?.name ?? ''] }, log);
    if (code === 0) return pods.release(pod);
    const terminated = { exitCode: code, message: lastLine, reason: 'Error' };
    const state = { name: 'sync', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated } };
    await pods.report(pod, { phase: 'Failed', containerStatuses: [state] });
  }

  async function backUp(options = {}): Promise<Ran> {
    const [ran] = await Promise.all([saved.run(now, options), playRun()]);
    return ran;
  }

  describe('fleet backup status', () => {
    it('says that there is none yet', async () => {
      const ran = await saved.run(status);
      assert.equal(ran.code, 1, ran.text);
      assert.match(finding(ran, 'memories').found, /^no run has ended well yet; nothing is at https:/);
      assert.equal(finding(ran, 'memories').status, 'missing');
    });
  });

  describe('fleet backup now', () => {
    it('shows the new commit of the remote, with the token that the server itself has', async () => {
      const ran = await backUp();
      assert.equal(ran.code, 0, ran.text);
      assert.equal(finding(ran, 'memories').found.slice(0, 15), `new: ${await head()}`);
      assert.match(finding(ran, 'run').found, /the server answered .*"status":"sync complete"/);
      assert.doesNotMatch(ran.text, new RegExp(saved.remote.token));
      assert.deepEqual(await jobs(), [], 'its Job is gone');
    });

    it('counts as a backup of the schedule', async () => {
      const ran = await saved.run(status);
      assert.equal(ran.code, 0, ran.text);
      assert.match(finding(ran, 'memories').found, new RegExp(`^last good run .* ago .*newest commit ${await head()}`));
    });

    it('says since when there is nothing new', async () => {
      const ran = await backUp();
      assert.equal(ran.code, 0, ran.text);
      assert.match(finding(ran, 'memories').found, new RegExp(`^nothing new since 20.* UTC: ${await head()} of`));
    });

    it('shows why it failed, and that the remote could not be seen', async () => {
      saved.remote.refuseWith = 503;
      const ran = await backUp();
      assert.equal(ran.code, 1, ran.text);
      assert.match(finding(ran, 'run').found, /backup failed: sync: .*sync failed for 1\/1 repos/);
      assert.match(finding(ran, 'memories').found, /^no evidence: .*cannot be read/);
      assert.deepEqual(await jobs(), []);
      const told = await saved.run(status);
      assert.equal(told.code, 0, 'what the cluster knows is good');
      assert.equal(finding(told, 'memories').status, 'warning');
    });

    it('leaves nothing where the operator ends it', async () => {
      const interrupt = new AbortController();
      const ended = saved.run(now, { signal: interrupt.signal });
      const rejected = assert.rejects(ended, Interrupted);
      await pods.found(async () => saved.namespace, isRun);
      interrupt.abort();
      await rejected;
      assert.deepEqual(await jobs(), []);
    });

    it('refuses while another run is under way', async () => {
      const interrupt = new AbortController();
      const other = assert.rejects(saved.run(now, { signal: interrupt.signal }), Interrupted);
      await pods.found(async () => saved.namespace, isRun);
      await assert.rejects(saved.run(now), (error: unknown) => {
        assert.ok(error instanceof Failure);
        assert.match(error.message, /^Job memory-mcp-backup-now-\w+ has been running since/);
        return true;
      });
      assert.equal((await jobs()).length, 1, 'the other is left alone');
      interrupt.abort();
      await other;
    });
  });

  describe('fleet backup drill', () => {
    after(() => pods?.closeNodes(false));

    const scratch = async () => {
      const selector = encodeURIComponent(`${drillLabel}=${saved.namespace}`);
      const found = await get<{ items: V1Namespace[] }>(pods.api, `/api/v1/namespaces?labelSelector=${selector}`);
      return (found?.items ?? []).map(({ metadata }) => metadata?.name ?? '');
    };

    /** Does what the node would with the pod of a drill: its containers are processes, its volume is a folder. */
    async function playDrill(): Promise<Pod> {
      const inScratch = async () => (await scratch())[0];
      const ready = (status: string) => [{ type: 'Ready', status }];
      const found = await pods.found(inScratch, () => true);
      const namespace = found.metadata?.namespace ?? '';
      // The simulated node takes up pods that are pending, and would have the intake end at once.
      await pods.report(found, { phase: 'Running', conditions: ready('False') });
      await pods.closeNodes(false);
      await pods.found(inScratch, ({ spec }) => spec?.nodeName !== undefined);
      const [backup] = saved.server.plan.operations.backups;
      assert.ok(backup?.kind === 'git');
      const restored = await Pod.created(saved.programs, {
        memoryMcp: { namespace: { name: saved.namespace }, git: { remoteUrl: saved.remote.url('memories') } },
        spec: () => backup.drill.pod as never,
      });
      const data = restored.volume('data');
      await serveExec({ namespace, containers: ['intake'] }, { workDir: data, env: { PATH: programsFor(data) } });
      await servePorts({ namespace }, { 8080: restored.port() });
      const intake = (state: object) => ({
        name: 'intake',
        image: '',
        imageID: '',
        ready: false,
        restartCount: 0,
        state,
      });
      await pods.report(found, { conditions: ready('False'), initContainerStatuses: [intake({ running: {} })] });
      await eventually('the files are there', async () => existsSync(join(data, '.restored')));
      await restored.start();
      const done = intake({ terminated: { exitCode: 0 } });
      await pods.report(found, { conditions: ready('True'), initContainerStatuses: [done] });
      return restored;
    }

    /** The programs of the image, for which the volume is where this machine has it. */
    function programsFor(data: string): string {
      const folder = mkdtempSync(join(controlPlane().folder, 'image-'));
      for (const name of ['head', 'tar', 'touch']) {
        const script = `#!/bin/sh\nfor each; do shift; case $each in /data*) each="${data}\${each#/data}";; esac\nset -- "$@" "$each"; done\nexec /usr/bin/${name} "$@"\n`;
        writeFileSync(join(folder, name), script);
        chmodSync(join(folder, name), 0o755);
      }
      mkdirSync(data, { recursive: true });
      return folder;
    }

    async function drilled(options = {}): Promise<Ran> {
      await pods.closeNodes(true);
      const [ran, restored] = await Promise.all([saved.run(drill, options), playDrill()]);
      await restored.remove();
      return ran;
    }

    it('restores everything, compares it, tells how long it took, and removes it all', async () => {
      await saved.remember('second');
      await backUp();
      const ran = await drilled();
      assert.equal(ran.code, 0, ran.text);
      assert.equal(finding(ran, 'list').found, '2 in the system, 2 in the backup, 2 the same; 1 group');
      assert.match(finding(ran, 'samples').found, /^2 read on both sides/);
      assert.equal(finding(ran, 'search').status, 'ok');
      assert.match(finding(ran, 'time').found, /fetch .* s, restore .* s, start and index .* s, compare .* s/);
      assert.deepEqual(await scratch(), []);
    });

    it('names a memory that the backup lost, and what is only newer', async () => {
      await saved.remote.commit('memories', { 'global/first.md': undefined });
      await new Promise((resolve) => setTimeout(resolve, 1100));
      await saved.remember('third');
      const ran = await drilled();
      assert.equal(ran.code, 1, ran.text);
      assert.equal(finding(ran, 'lost').found, 'older than the backup and not in it: 1: global/first');
      assert.equal(finding(ran, 'newer than the backup').found, 'written after it: 1: global/third');
      assert.deepEqual(await scratch(), []);
    });

    it('leaves nothing where the operator ends it', async () => {
      const interrupt = new AbortController();
      const ended = assert.rejects(saved.run(drill, { signal: interrupt.signal }), Interrupted);
      await pods.found(
        async () => (await scratch())[0],
        ({ status }) => status?.phase === 'Running',
      );
      interrupt.abort();
      await ended;
      assert.deepEqual(await scratch(), []);
    });

    it('makes nothing where the remote cannot be read', async () => {
      saved.remote.refuseWith = 503;
      await assert.rejects(saved.run(drill), /cannot be read/);
      assert.deepEqual(await scratch(), []);
    });

    it('removes what a drill that was killed has left', async () => {
      const metadata = { name: 'memory-mcp-drill-killed', labels: { [drillLabel]: saved.namespace } };
      await controlPlane().objects.create({ apiVersion: 'v1', kind: 'Namespace', metadata });
      saved.remote.refuseWith = 503;
      await assert.rejects(saved.run(drill), /cannot be read/);
      assert.deepEqual(await scratch(), []);
    });
  });
});
