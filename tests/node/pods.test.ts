import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fleetHomeAt } from '../../operate/base/fleet-home';
import { waitFor } from '../../operate/base/wait';
import { type Api, create, get, remove } from '../../operate/cluster/api';
import { nodePlace } from '../../operate/local-cluster/node';
import { abandonNamespace, controlPlane } from '../support/cluster/control-plane';
import { clusterName } from '../support/cluster/lanes';
import { claim, makeFileServer } from '../support/node/file-server';
import { inPod, kubectl, nodeApi, podsReady, toolPod } from '../support/node/pods';

const namespace = 'pods';
const inNamespace = `/api/v1/namespaces/${namespace}`;

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

describe('pods on a real node', () => {
  let api: Api;

  /** What the server answers a pod, or why it does not. */
  const answer = async (from: string, url = 'http://server/index.html') => {
    const { stdout, exitCode } = await inPod(namespace, from, 'curl', '--silent', '--max-time', '2', url);
    return exitCode === 0 ? stdout.trim() : `curl: ${exitCode}`;
  };

  before(async () => {
    api = await nodeApi();
    await makeFileServer(api, namespace, toolPod('allowed'), toolPod('other'));
    await podsReady(namespace, () => true, 3);
  });
  after(() => abandonNamespace(namespace));

  it('run as the user that they name, and their volume is given to their group', async () => {
    const { stdout } = await inPod(namespace, 'server', 'sh', '-c', 'id -u; id -G; stat -c "%g %a" /data');
    assert.deepEqual(stdout.trim().split('\n'), ['1000', '0 2000', '2000 2775']);
  });

  it('ask for names, are reached by Services, show logs, and reach the API server', async () => {
    for (const host of ['server', 'server.pods', 'server.pods.svc.cluster.local']) {
      const whole = async () => (await answer('other', `http://${host}/index.html`)) === 'kept' || undefined;
      assert.ok(await waitFor(whole, { seconds: 10 }), `${host} answers`);
    }
    const { exitCode } = await inPod(namespace, 'other', 'curl', '-sk', 'https://kubernetes.default.svc/readyz');
    assert.equal(exitCode, 0);
    assert.equal((await kubectl('-n', namespace, 'logs', 'server')).exitCode, 0);
  });

  it('reach nothing else that listens on the loopback address of the machine', async () => {
    const { root } = fleetHomeAt(controlPlane().folder).cluster(clusterName);
    const { etcd } = JSON.parse(readFileSync(join(root, 'ports.json'), 'utf8'));
    // 28: the time was up. The same port answers on the machine itself.
    assert.equal(await answer('other', `http://10.0.2.2:${etcd}/health`), 'curl: 28');
    assert.equal((await fetch(`http://127.0.0.1:${etcd}/health`)).status, 200);
  });

  it('reach nothing outside by the address of a Service that is not there', async () => {
    assert.equal(await answer('other', 'http://10.0.0.99/'), 'curl: 28');
  });

  it('are kept apart by network policies, as long as there are some', async () => {
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

  it('have volumes whose folders go with their claims', async () => {
    const path = `${inNamespace}/persistentvolumeclaims`;
    await create(api, path, claim('short', { storageClassName: 'shared' }));
    const volumeOf = async () => (await get<{ spec: { volumeName?: string } }>(api, `${path}/short`))?.spec.volumeName;
    const volume = await waitFor(volumeOf, { seconds: 30 });
    const folder = join(nodePlace(fleetHomeAt(controlPlane().folder), clusterName).volumes, volume ?? '');
    const isThere = () => statSync(folder, { throwIfNoEntry: false }) !== undefined;
    assert.ok(await waitFor(() => isThere() || undefined, { seconds: 30 }), 'its folder is made');
    await remove(api, `${path}/short`);
    assert.ok(await waitFor(() => !isThere() || undefined, { seconds: 30 }), 'its folder is removed');
  });
});
