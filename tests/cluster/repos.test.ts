import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig, type V1Job, type V1Pod } from '@kubernetes/client-node';
import { uploadContainers, uploadFacts } from '../../components/context-engine/upload';
import { scheduledJob } from '../../components/kit/objects/cron-job';
import { Interrupted } from '../../operate/base/failure';
import { get } from '../../operate/cluster/api';
import { sendUpload } from '../../operate/commands/repos/send-upload';
import { pack, workingTree } from '../../operate/commands/repos/working-tree';
import { keepsRunning } from '../../operate/local-cluster/kwok-config';
import { controlPlane, ensureNamespace, removeNamespace } from '../support/cluster/control-plane';
import { ContainerLog, serveExec, serveLogs } from '../support/cluster/kubelet';
import { PlayedPods } from '../support/cluster/played-pods';
import { engineScript, startPython, written } from '../support/contract/engine-scripts';
import { orSkip } from '../support/contract/missing';
import { requiredPython } from '../support/contract/python';

const namespace = 'repos-upload';
const last = 'Indexing complete. files_seen=2, files_indexed=2, chunks_indexed=5';

describe('an upload of a working tree to a cluster', function () {
  this.timeout(120_000);
  const kubeConfig = new KubeConfig();
  let pods: PlayedPods;
  let folder: string;
  // On this machine the scripts are where they are in the checkout.
  const args = {
    name: 'website',
    image: 'example.org/context-engine:1',
    resources: { cpu: '10m', memory: '64Mi', memoryLimit: '128Mi' },
    scripts: { volume: 'scripts', path: join(engineScript('.')) },
    repositories: { volume: 'repos' },
    index: { name: 'index', image: 'example.org/context-engine:1' },
    deadlineSeconds: 60,
  };
  // The simulated node ends an init container at once, so another one of the pod plays its part.
  const facts = { ...uploadFacts('upload-website', args), container: 'index' };

  before(async function () {
    await orSkip(this, requiredPython);
    kubeConfig.loadFromFile(controlPlane().cluster.kubeconfig);
    pods = await PlayedPods.connected();
    await ensureNamespace(namespace);
    const { object } = scheduledJob({
      metadata: { name: facts.cronJob, namespace },
      podLabels: { app: 'context-engine' },
      schedule: 'on demand',
      deadlineSeconds: facts.deadlineSeconds,
      retries: 0,
      pod: {
        ...uploadContainers(args),
        volumes: ['scripts', 'repos'].map((name) => ({ name, emptyDir: {} })),
      },
    });
    const { template } = object.spec?.jobTemplate.spec ?? {};
    Object.assign(template?.metadata ?? {}, { annotations: { [keepsRunning]: '' } });
    await controlPlane().objects.create(object as never);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'memory-fleet-repos-'));
    mkdirSync(join(folder, 'tree'));
    for (const name of ['a.py', 'b.py']) writeFileSync(join(folder, 'tree', name), `${name}\n`);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  after(() => removeNamespace(namespace));

  const env = () => ({
    REPO_NAME: 'website',
    REPO_DIR: join(folder, 'repos', 'website'),
    STAGING_DIR: join(folder, 'repos', '.upload', 'website'),
    WAIT_SECONDS: '30',
  });

  async function start(signal: AbortSignal, has: (pod: V1Pod) => boolean) {
    const archive = join(folder, 'tree.tar.gz');
    await pack(await workingTree(join(folder, 'tree'), facts.reserved, signal), archive, signal);
    const said: string[] = [];
    const say = (text: string | (() => string)) => said.push(typeof text === 'string' ? text : text());
    const done = sendUpload({ cluster: { api: pods.api, kubeConfig }, namespace, upload: facts, archive, signal, say });
    done.catch(() => undefined);
    const pod = await pods.found(async () => namespace, has);
    return { done, pod, said };
  }

  it('sends the files to the container that waits, and tells what the index run said last', async () => {
    const log = new ContainerLog();
    log.write('Indexing root=/work/website', last);
    await serveLogs({ namespace }, log);
    await serveExec({ namespace }, { workDir: folder, env: env() });
    const container = startPython('receive.py', ['wait'], env());
    await written(container, 'waits for an upload');
    const { done, pod, said } = await start(new AbortController().signal, ({ status }) => status?.phase === 'Running');
    assert.equal((await container.ended).code, 0, container.output);
    await pods.report(pod, { phase: 'Succeeded' });
    const end = await done;
    assert.deepEqual([end.succeeded, end.lastLine], [true, last]);
    assert.ok(
      said.some((text) => /^\d\.\d MB of \d\.\d MB are sent$/.test(text)),
      said.join(),
    );
    assert.equal(readFileSync(join(folder, 'repos', 'website', 'b.py'), 'utf8'), 'b.py\n');
    assert.equal(existsSync(join(folder, 'tree.tar.gz')), false);
    assert.deepEqual(await jobs(), []);
  });

  it('is taken back when it is interrupted', async () => {
    const controller = new AbortController();
    await pods.hold(namespace, facts.cronJob);
    const waits = ({ metadata, spec }: V1Pod) => !metadata?.deletionTimestamp && !!spec?.schedulingGates?.length;
    const { done } = await start(controller.signal, waits);
    controller.abort();
    await assert.rejects(done, Interrupted);
    assert.deepEqual(await jobs(), []);
  });

  async function jobs(): Promise<string[]> {
    const { items } = (await get<{ items: V1Job[] }>(pods.api, `/apis/batch/v1/namespaces/${namespace}/jobs`)) ?? {
      items: [],
    };
    return items.filter(({ metadata }) => !metadata?.deletionTimestamp).map(({ metadata }) => metadata?.name ?? '');
  }
});
