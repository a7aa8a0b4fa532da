import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { runChild } from '../../operate/base/child';
import type { FleetHome } from '../../operate/base/fleet-home';
import { waitFor } from '../../operate/base/wait';
import { type Api, connect, create, get, remove } from '../../operate/cluster/api';
import { type Cluster, createCluster, destroyCluster } from '../../operate/local-cluster';
import { nodePlace } from '../../operate/local-cluster/node';
import { nodeProcesses } from '../../operate/local-cluster/node/namespaces';
import { type Tools, toolPath } from '../../operate/toolchain';
import { toolEnvironment } from '../../operate/toolchain/environment';
import { standIn, toolImage } from '../support/images';
import { makeFileServer } from '../support/node/file-server';
import { temporaryHome, toolsOfNode } from '../support/node/layer';
import { isReady, toolPod } from '../support/node/pods';
import { restartKubelet } from '../support/node/programs';
import { tracesOnMachine } from '../support/node/traces';

const projectDir = join(__dirname, '..', '..');
const name = 'test';
const namespace = 'a';
const inNamespace = `/api/v1/namespaces/${namespace}`;

/** A node of its own, which is stopped and started; what needs only a node that runs is tried on that of the layer. */
describe('a real node beside simulated ones', () => {
  let home: FleetHome;
  let tools: Tools;
  let images: readonly string[];
  let untouched: Awaited<ReturnType<typeof tracesOnMachine>>;
  let cluster: Cluster | undefined;
  let api: Api;

  const begin = () => createCluster({ home, tools, projectDir, name, nodes: 'both', images, definitions: () => false });
  const inPod = (named: string, ...command: readonly string[]) =>
    runChild(
      toolPath(tools, 'kubectl'),
      ['--kubeconfig', home.cluster(name).kubeconfig, '-n', namespace, 'exec', named, '--', ...command],
      { env: toolEnvironment(home) },
    );
  const podNamed = (named: string) => get<V1Pod>(api, `${inNamespace}/pods/${named}`);
  const ready = async (named: string) => {
    const look = async () => isReady((await podNamed(named)) ?? {}) || undefined;
    assert.ok(await waitFor(look, { seconds: 60, period: 200 }), `${named} is ready`);
  };
  /** What the server answers a pod, or why it does not. */
  const answer = async (from: string) => {
    const { stdout, exitCode } = await inPod(from, 'curl', '--silent', '--max-time', '2', 'http://server/index.html');
    return exitCode === 0 ? stdout.trim() : `curl: ${exitCode}`;
  };

  before(async () => {
    images = [(await standIn(toolImage)).path];
    untouched = await tracesOnMachine();
    home = temporaryHome();
    tools = await toolsOfNode();
    cluster = await begin();
    api = await connect(cluster.kubeconfig);
    await makeFileServer(api, namespace, toolPod('other'), toolPod('short'));
    for (const each of ['server', 'other', 'short']) await ready(each);
  });

  after(async () => {
    if (home === undefined) return;
    await destroyCluster(home, name);
    rmSync(home.root, { recursive: true, force: true });
  });

  it('runs pods that say nothing of nodes, and leaves simulated nodes to those that tolerate them', async () => {
    assert.equal((await podNamed('server'))?.spec?.nodeName, 'real');
    const tolerations = [{ key: 'memory-fleet.local/simulated', operator: 'Exists' }];
    const spec = { tolerations, nodeSelector: { type: 'kwok' } };
    await create(api, `${inNamespace}/pods`, toolPod('simulated', { spec }));
    await ready('simulated');
    assert.match((await podNamed('simulated'))?.spec?.nodeName ?? '', /^node-\d$/);
  });

  it('lets pods live on while its kubelet is away, and takes them up again when it is back', async () => {
    const uidAndRestarts = async () => {
      const pod = await podNamed('server');
      return [pod?.metadata?.uid, pod?.status?.containerStatuses?.map(({ restartCount }) => restartCount)];
    };
    const before = await uidAndRestarts();
    await restartKubelet(nodePlace(home, name), 4);
    const back = async () => (await inPod('other', 'true')).exitCode === 0 || undefined;
    assert.ok(await waitFor(back, { seconds: 60, period: 200 }), 'the kubelet is back');
    // It takes its pods for not ready at first.
    await ready('server');
    assert.deepEqual(await uidAndRestarts(), before);
    const answers = async () => (await answer('other')) === 'kept' || undefined;
    assert.ok(await waitFor(answers, { seconds: 15, period: 200 }), 'the server is reached');
  });

  it('starts the node anew where one of its programs has ended, and a deleted pod never comes back', async () => {
    await remove(api, `${inNamespace}/pods/short`);
    const kubelet = () => nodeProcesses(nodePlace(home, name)).find((each) => each.name === 'kubelet')?.pid;
    const first = kubelet();
    process.kill(first as number, 'SIGKILL');
    assert.ok(await waitFor(() => (kubelet() === undefined ? true : undefined), { seconds: 10, period: 50 }));
    cluster = await begin();
    assert.notEqual(kubelet() ?? first, first);
    const again = async () => (await answer('other')) === 'kept\nkept' || undefined;
    assert.ok(await waitFor(again, { seconds: 60 }), 'the server has both lines');
    assert.equal(await podNamed('short'), undefined);
  });

  it('leaves nothing on the machine when it is stopped, and goes on with its volumes when started again', async () => {
    const ended = await cluster?.stop();
    for (const program of ['containerd', 'kubelet', 'kube-proxy', 'kube-router', 'slirp4netns']) {
      assert.ok(
        ended?.some((each) => each.name === program),
        `${program} is told to be ended`,
      );
    }
    assert.deepEqual(await tracesOnMachine(), untouched);
    cluster = await begin();
    api = await connect(cluster.kubeconfig);
    const again = async () => (await answer('other')) === 'kept\nkept\nkept' || undefined;
    assert.ok(await waitFor(again, { seconds: 60 }), 'the server has its lines');
  });
});
