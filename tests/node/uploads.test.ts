import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig, type V1Job } from '@kubernetes/client-node';
import { uploadContainers, uploadFacts } from '../../components/context-engine/upload';
import { scheduledJob } from '../../components/kit/objects/cron-job';
import { hardenedPod } from '../../components/kit/objects/pod';
import { Interrupted } from '../../operate/base/failure';
import { waitFor } from '../../operate/base/wait';
import { get } from '../../operate/cluster/api';
import { sendUpload } from '../../operate/commands/repos/send-upload';
import { pack, workingTree } from '../../operate/commands/repos/working-tree';
import { abandonNamespace, controlPlane } from '../support/cluster/control-plane';
import { engineScript } from '../support/contract/engine-scripts';
import { orSkip } from '../support/contract/missing';
import { toolImage } from '../support/images';
import { requireImage } from '../support/node/images';
import { nodeApi, place, podsOf } from '../support/node/pods';

const namespace = 'uploads';
const python = 'docker.io/library/python:3.13.5-alpine';
const scripts = '/opt/scripts';

/** In place of the index run, which has no image here: it says what it finds, in the words of Context Engine. */
const indexes = [
  'set -- $(ls /repos/website)',
  'cat /repos/website/*',
  'echo "Indexing complete. files_seen=$#, files_indexed=$#, chunks_indexed=5"',
];

describe('an upload of a working tree', function () {
  this.timeout(120_000);
  const kubeConfig = new KubeConfig();
  let folder: string;
  const sizing = { cpu: '10m', memory: '64Mi', memoryLimit: '128Mi' };
  const args = {
    name: 'website',
    image: python,
    resources: sizing,
    scripts: { volume: 'scripts', path: scripts },
    repositories: { volume: 'repos' },
    index: {
      name: 'index',
      image: toolImage,
      command: ['sh', '-c', indexes.join('; ')],
      volumeMounts: [{ name: 'repos', mountPath: '/repos' }],
    },
    deadlineSeconds: 60,
  };
  const facts = uploadFacts('upload-website', args);

  before(async function () {
    await orSkip(this, async () => requireImage(python));
    kubeConfig.loadFromFile(controlPlane().cluster.kubeconfig);
    await place(await nodeApi(), namespace);
    const { objects } = controlPlane();
    const receive = { 'receive.py': readFileSync(engineScript('receive.py'), 'utf8') };
    const metadata = { name: 'scripts', namespace };
    await objects.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: receive } as never);
    const { object } = scheduledJob({
      metadata: { name: facts.cronJob, namespace },
      podLabels: { app: 'context-engine' },
      schedule: 'on demand',
      deadlineSeconds: facts.deadlineSeconds,
      retries: 0,
      pod: hardenedPod(
        { uid: 1000, gid: 1000 },
        {
          ...uploadContainers(args),
          volumes: [
            { name: 'scripts', configMap: { name: 'scripts' } },
            { name: 'repos', emptyDir: {} },
          ],
        },
      ),
    });
    await objects.create(object as never);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'memory-fleet-upload-'));
    mkdirSync(join(folder, 'tree'));
    for (const name of ['a.py', 'b.py']) writeFileSync(join(folder, 'tree', name), `content of ${name}\n`);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  after(() => abandonNamespace(namespace));

  async function sent(signal: AbortSignal, say: (text: string) => void = () => undefined) {
    const archive = join(folder, 'tree.tar.gz');
    await pack(await workingTree(join(folder, 'tree'), facts.reserved, signal), archive, signal);
    const cluster = { api: await nodeApi(), kubeConfig };
    const words = (text: string | (() => string)) => say(typeof text === 'string' ? text : text());
    return sendUpload({ cluster, namespace, upload: facts, archive, signal, say: words });
  }

  const jobs = async () => {
    const all = await get<{ items: V1Job[] }>(await nodeApi(), `/apis/batch/v1/namespaces/${namespace}/jobs`);
    return (all?.items ?? []).filter(({ metadata }) => !metadata?.deletionTimestamp);
  };

  it('comes whole to the container that waits, and what the index run said last is told', async () => {
    const said: string[] = [];
    const end = await sent(new AbortController().signal, (text) => said.push(text));
    assert.deepEqual(end, {
      succeeded: true,
      reason: end.reason,
      lastLine: 'Indexing complete. files_seen=2, files_indexed=2, chunks_indexed=5',
    });
    assert.ok(
      said.some((text) => /^\d\.\d MB of \d\.\d MB are sent$/.test(text)),
      said.join(),
    );
    assert.equal(existsSync(join(folder, 'tree.tar.gz')), false);
    assert.deepEqual(await jobs(), []);
  });

  it('is taken back when it is interrupted', async () => {
    const controller = new AbortController();
    const done = assert.rejects(sent(controller.signal), Interrupted);
    const waits = async () =>
      (await podsOf(namespace)).some(({ metadata }) => !metadata?.deletionTimestamp) || undefined;
    assert.ok(await waitFor(waits, { seconds: 30, period: 100 }), 'its pod is there');
    controller.abort();
    await done;
    assert.deepEqual(await jobs(), []);
  });
});
