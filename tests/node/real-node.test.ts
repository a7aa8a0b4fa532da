import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild } from '../../operate/base/child';
import { type FleetHome, fleetHome, fleetHomeAt } from '../../operate/base/fleet-home';
import { waitFor } from '../../operate/base/wait';
import { type Api, connect, create, get, remove } from '../../operate/cluster/api';
import { type Cluster, createCluster, destroyCluster } from '../../operate/local-cluster';
import { nodePlace } from '../../operate/local-cluster/node';
import { nodeProcesses } from '../../operate/local-cluster/node/namespaces';
import { lacking } from '../../operate/local-cluster/node/requirements';
import { obtainTools, type Tools, toolPath } from '../../operate/toolchain';
import { toolEnvironment } from '../../operate/toolchain/environment';
import { nodeTools, toolNames } from '../../operate/toolchain/manifest';
import { Missing, orSkip } from '../support/contract/missing';
import { standIn, toolImage } from '../support/images';
import { tracesOnMachine } from '../support/node/traces';

const projectDir = join(__dirname, '..', '..');
const name = 'test';
const namespace = 'a';
const inNamespace = `/api/v1/namespaces/${namespace}`;
const waits = 'trap exit TERM; while :; do sleep 1; done';

interface Pod {
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** A pod as a namespace with Pod Security `restricted` admits it. */
function pod(named: string, script = waits, more: object = {}, container: object = {}) {
  const closed = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true };
  const main = { name: 'main', image: toolImage, command: ['sh', '-c', script], securityContext: closed, ...container };
  const user = { runAsNonRoot: true, runAsUser: 1000, fsGroup: 2000, seccompProfile: { type: 'RuntimeDefault' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: named, labels: { app: named } },
    spec: { terminationGracePeriodSeconds: 2, securityContext: user, containers: [main], ...more },
  };
}

/** A server of a file on a volume. */
const server = pod(
  'server',
  `echo kept >>/data/index.html; busybox httpd -p 8080 -h /data; ${waits}`,
  { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
  {
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
    readinessProbe: { httpGet: { path: '/index.html', port: 8080 }, periodSeconds: 1 },
  },
);

/** Names of the cluster are asked, and pods with the label `app: allowed` reach the server; nothing else. */
const policy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'server' },
  spec: {
    podSelector: { matchLabels: { app: 'server' } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: { matchLabels: { app: 'allowed' } } }], ports: [{ port: 8080 }] }],
  },
};

describe('a real node beside simulated ones', function () {
  this.timeout(240_000);
  let home: FleetHome;
  let tools: Tools;
  let images: readonly string[];
  let untouched: Awaited<ReturnType<typeof tracesOnMachine>>;
  let cluster: Cluster | undefined;
  let api: Api;

  const begin = () => createCluster({ home, tools, projectDir, name, nodes: 'both', images, definitions: () => false });
  const kubectl = (...args: readonly string[]) =>
    runChild(toolPath(tools, 'kubectl'), ['--kubeconfig', home.cluster(name).kubeconfig, ...args], {
      env: toolEnvironment(home),
    });
  const inPod = (named: string, ...command: readonly string[]) =>
    kubectl('-n', namespace, 'exec', named, '--', ...command);
  const podNamed = (named: string) => get<Pod>(api, `${inNamespace}/pods/${named}`);
  const ready = async (named: string) => {
    const isReady = async () =>
      (await podNamed(named))?.status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ||
      undefined;
    assert.ok(await waitFor(isReady, { seconds: 60, period: 200 }), `${named} is ready`);
  };
  /** What the server answers a pod, or why it does not. */
  const answer = async (from: string, url = 'http://server/index.html') => {
    const { stdout, exitCode } = await inPod(from, 'curl', '--silent', '--max-time', '2', url);
    return exitCode === 0 ? stdout.trim() : `curl: ${exitCode}`;
  };

  before(async function () {
    await orSkip(this, async () => {
      const [reason] = lacking();
      if (reason !== undefined) throw new Missing(`no real node: ${reason}`, 'run this layer on Linux as root');
      images = [(await standIn(toolImage)).path];
      untouched = await tracesOnMachine();
    });
    home = fleetHomeAt(mkdtempSync(join(tmpdir(), 'memory-fleet-node-')));
    for (const shared of ['tools', 'definitions'] as const) {
      mkdirSync(fleetHome()[shared], { recursive: true });
      symlinkSync(fleetHome()[shared], home[shared]);
    }
    tools = await obtainTools({ home: fleetHome(), projectDir, names: [...toolNames, ...nodeTools] });
    cluster = await begin();
    api = await connect(cluster.kubeconfig);
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await create(api, '/api/v1/namespaces', { metadata: { name: namespace, labels } });
    const account = async () => get(api, `${inNamespace}/serviceaccounts/default`);
    await waitFor(account, { seconds: 30, period: 100 });
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    await create(api, `${inNamespace}/persistentvolumeclaims`, { metadata: { name: 'data' }, spec });
    const ports = [{ port: 80, targetPort: 8080 }];
    await create(api, `${inNamespace}/services`, {
      metadata: { name: 'server' },
      spec: { selector: { app: 'server' }, ports },
    });
    for (const each of [server, pod('allowed'), pod('other')]) await create(api, `${inNamespace}/pods`, each);
    for (const each of ['server', 'allowed', 'other']) await ready(each);
  });

  after(async () => {
    if (home === undefined) return;
    await destroyCluster(home, name);
    rmSync(home.root, { recursive: true, force: true });
  });

  it('runs pods that say nothing of nodes, and leaves simulated nodes to those that tolerate them', async () => {
    assert.equal((await podNamed('server'))?.spec.nodeName, 'real');
    const tolerations = [{ key: 'memory-fleet.local/simulated', operator: 'Exists' }];
    const elsewhere = { tolerations, nodeSelector: { type: 'kwok' } };
    await create(api, `${inNamespace}/pods`, pod('simulated', waits, elsewhere));
    await ready('simulated');
    assert.match((await podNamed('simulated'))?.spec.nodeName ?? '', /^node-\d$/);
  });

  it('runs them as the user that they name, and gives their volume to their group', async () => {
    const { stdout } = await inPod('server', 'sh', '-c', 'id -u; id -G; stat -c "%g %a" /data');
    assert.deepEqual(stdout.trim().split('\n'), ['1000', '0 2000', '2000 2775']);
  });

  it('answers names and routes Services, shows logs, and lets pods reach the API server', async () => {
    for (const host of ['server', 'server.a', 'server.a.svc.cluster.local']) {
      const whole = async () => (await answer('other', `http://${host}/index.html`)) === 'kept' || undefined;
      assert.ok(await waitFor(whole, { seconds: 10 }), `${host} answers`);
    }
    assert.equal((await inPod('other', 'curl', '-sk', 'https://kubernetes.default.svc/readyz')).exitCode, 0);
    assert.equal((await kubectl('-n', namespace, 'logs', 'server')).exitCode, 0);
  });

  it('keeps pods from everything else that listens on the loopback address of the machine', async () => {
    const { etcd } = JSON.parse(readFileSync(join(home.cluster(name).root, 'ports.json'), 'utf8'));
    // 28: the time was up. The same port answers on the machine itself.
    assert.equal(await answer('other', `http://10.0.2.2:${etcd}/health`), 'curl: 28');
    assert.equal((await fetch(`http://127.0.0.1:${etcd}/health`)).status, 200);
  });

  it('enforces network policies, and drops them again', async () => {
    const policies = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
    await create(api, policies, policy);
    // 7: the connection was refused.
    const closed = async () => (await answer('other')) === 'curl: 7' || undefined;
    assert.ok(await waitFor(closed, { seconds: 30 }), 'others are refused');
    assert.equal(await answer('allowed'), 'kept');
    await remove(api, `${policies}/${policy.metadata.name}`);
    const open = async () => (await answer('other')) === 'kept' || undefined;
    assert.ok(await waitFor(open, { seconds: 30 }), 'others are let in again');
  });

  it('removes the folder of a volume that is deleted with its claim', async () => {
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    await create(api, `${inNamespace}/persistentvolumeclaims`, {
      metadata: { name: 'short' },
      spec: { ...spec, storageClassName: 'shared' },
    });
    const volumeOf = async () =>
      (await get<{ spec: { volumeName?: string } }>(api, `${inNamespace}/persistentvolumeclaims/short`))?.spec
        .volumeName;
    const volume = await waitFor(volumeOf, { seconds: 30 });
    const folder = join(nodePlace(home, name).volumes, volume ?? '');
    const isThere = () => statSync(folder, { throwIfNoEntry: false }) !== undefined;
    assert.ok(await waitFor(() => isThere() || undefined, { seconds: 30 }), 'its folder is made');
    await remove(api, `${inNamespace}/persistentvolumeclaims/short`);
    assert.ok(await waitFor(() => !isThere() || undefined, { seconds: 30 }), 'its folder is removed');
  });

  it('starts the node anew where one of its programs has ended, and a deleted pod never comes back', async () => {
    await remove(api, `${inNamespace}/pods/allowed`);
    const kubelet = () => nodeProcesses(nodePlace(home, name)).find((each) => each.name === 'kubelet')?.pid;
    const first = kubelet();
    process.kill(first as number, 'SIGKILL');
    assert.ok(await waitFor(() => (kubelet() === undefined ? true : undefined), { seconds: 10, period: 50 }));
    cluster = await begin();
    assert.notEqual(kubelet() ?? first, first);
    const again = async () => (await answer('other')) === 'kept\nkept' || undefined;
    assert.ok(await waitFor(again, { seconds: 60 }), 'the server has both lines');
    assert.equal(await podNamed('allowed'), undefined);
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
