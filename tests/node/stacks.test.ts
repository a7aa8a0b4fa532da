import assert from 'node:assert/strict';
import { waitFor } from '../../operate/base/wait';
import { removeNamespace } from '../support/cluster/control-plane';
import { orSkip } from '../support/contract/missing';
import { requireImage } from '../support/node/images';
import { explained, inPod, podsOf, toolPod } from '../support/node/pods';
import { bringSecret, clients, type StackOnNode, small, stackOnNode, verified } from '../support/node/stacks';

const token = 'token-of-the-clients';

/** What is expected of memory-mcp of a stack, as a person reads it in its file and in its table of who reaches whom. */
interface Expectation {
  /** Containers of its pod, and the users that they run as. */
  readonly users: Readonly<Record<string, string>>;
  /** A pod that may send requests. */
  readonly client: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
  /** Whether any other pod may do so too. */
  readonly open: boolean;
  /** The Secret with what clients show. */
  readonly secret?: { readonly name: string; readonly entries: Readonly<Record<string, string>> };
  /** Whether the server itself asks for the token. */
  readonly asks: boolean;
  /** Whether it must sync with a remote. Nobody reaches GitHub from here, and /readyz then says that it is not ready. */
  readonly syncs: boolean;
}

const labels = { 'app.kubernetes.io/name': 'memory-mcp', 'app.kubernetes.io/part-of': 'memory-fleet' };

const expectations: Readonly<Record<string, Expectation>> = {
  goddess: {
    users: { 'memory-mcp': '1000', 'bearer-proxy': '99' },
    client: { namespace: 'goddess-memorymcp', labels: { ...labels, app: 'memory-mcp-backup' } },
    open: false,
    secret: { name: 'memory-mcp-bearer', entries: { token } },
    asks: true,
    syncs: true,
  },
  staging: {
    users: { 'memory-mcp': '1000' },
    client: {
      namespace: 'envoy-gateway-system',
      labels: { 'app.kubernetes.io/name': 'envoy', 'gateway.envoyproxy.io/owning-gateway-name': 'public' },
    },
    open: false,
    secret: { name: 'memory-mcp-api-keys', entries: { agent: token } },
    asks: false,
    syncs: true,
  },
  local: {
    users: { 'memory-mcp': '1000' },
    client: { namespace: 'agents', labels: { app: 'agent' } },
    open: true,
    asks: false,
    syncs: false,
  },
};

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
});

describe('memory-mcp of every stack on a real node', function () {
  this.timeout(240_000);
  const stacks = new Map<string, StackOnNode>();
  const namespaceOf = (name: string) => `${name}-memorymcp`;
  const all = Object.entries(expectations);
  const own = all.map(([name]) => namespaceOf(name));
  const others = ['strangers', ...all.map(([, { client }]) => client.namespace)];

  before(async function () {
    await orSkip(this, () => requireImage('ghcr.io/butterflyskies/memory-mcp:0.17.1'));
    for (const [name, { secret }] of all) {
      if (secret) await bringSecret(namespaceOf(name), secret.name, secret.entries);
      stacks.set(name, await stackOnNode(name, { contextEngine: undefined, memoryMcp: small }));
    }
    const pods = all.map(([, { client }]) => clients(client.namespace, toolPod('client', { labels: client.labels })));
    const ups = [...stacks.values()].map(({ stack }) => stack.up());
    await explained(own, () => Promise.all([...ups, ...pods, clients('strangers', toolPod('stranger'))]));
  });
  after(() => Promise.all([...new Set([...own, ...others])].map(removeNamespace)));

  for (const [name, { asks, client, open, syncs, users }] of all) {
    const namespace = namespaceOf(name);
    const on = () => stacks.get(name) as StackOnNode;
    const server = async () => {
      const pods = (await podsOf(namespace)).filter(({ metadata }) => metadata?.labels?.app === 'memory-mcp');
      assert.equal(pods.length, 1);
      return pods[0]?.metadata?.name ?? '';
    };
    /** The status of the answer to a client's first request to the Service, or how curl failed. */
    const status = async (from: string, pod: string, ...headers: readonly string[]) => {
      const url = `http://memory-mcp.${namespace}.svc.cluster.local:8080/mcp`;
      const kinds = ['content-type: application/json', 'accept: application/json, text/event-stream', ...headers];
      const shown = kinds.flatMap((header) => ['-H', header]);
      const asked = ['-s', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', '5', ...shown, '-d', initialize, url];
      const { exitCode, stdout } = await inPod(from, pod, 'curl', ...asked);
      return exitCode === 0 ? stdout : `curl: ${exitCode}`;
    };

    it(`runs as planned in ${name}: with its users, nothing to write on but its volumes`, async () => {
      const pod = await server();
      for (const [container, user] of Object.entries(users)) {
        const { stdout, stderr } = await inPod(namespace, [pod, '-c', container], 'sh', '-c', 'id -u; touch /written');
        assert.equal(stdout.trim(), user, container);
        assert.match(stderr, /Read-only file system/, container);
      }
      const { stdout } = await inPod(namespace, [pod, '-c', 'memory-mcp'], 'stat', '-c', '%u %g %A', '/data/repo/.git');
      assert.match(stdout, /^1000 1000 drwx/);
    });

    it(`answers clients of ${name} through its Service${asks ? ', with the token alone' : ''}, and nobody else`, async () => {
      const from = () => status(client.namespace, 'client');
      const answered = await waitFor(async () => ((await from()).startsWith('curl') ? undefined : from()), {
        seconds: 20,
      });
      assert.equal(answered, asks ? '401' : '200');
      assert.equal(await status(client.namespace, 'client', `authorization: Bearer ${token}`), '200');
      if (asks) assert.equal(await status(client.namespace, 'client', 'authorization: Bearer another'), '401');
      // 7: the connection was refused.
      const stranger = async () => (await status('strangers', 'stranger')) === (open ? '200' : 'curl: 7') || undefined;
      assert.ok(await waitFor(stranger, { seconds: 20 }), await status('strangers', 'stranger'));
    });

    it(`is found well in ${name} by \`fleet verify\`, through the API server`, async () => {
      const { findings, facts } = await verified(on());
      assert.equal(facts?.way, 'port-forward');
      const bad = findings.filter(({ status: found }) => found !== 'ok' && found !== 'skipped');
      assert.deepEqual(
        bad.map(({ subject }) => subject),
        syncs ? ['/readyz'] : [],
        JSON.stringify(bad),
      );
      const subjects = findings.filter(({ status: found }) => found === 'ok').map(({ subject }) => subject);
      for (const each of ['MCP session', 'tools', ...(asks ? ['without token'] : [])]) {
        assert.ok(subjects.includes(each), `${each} of ${subjects.join(', ')}`);
      }
    });
  }

  it('restarts nothing', async () => {
    for (const pod of (await Promise.all(own.map(podsOf))).flat()) {
      const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
      const restarts = [...initContainerStatuses, ...containerStatuses].map(({ restartCount }) => restartCount);
      assert.ok(
        restarts.every((count) => count === 0),
        `${pod.metadata?.namespace}: ${restarts.join()}`,
      );
    }
  });
});
