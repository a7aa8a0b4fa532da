import assert from 'node:assert/strict';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { waitFor } from '../../../operate/base/wait';
import { create } from '../../../operate/cluster/api';
import { now } from '../../../operate/commands/backup/now';
import { captured } from '../../support/cluster/captured';
import { controlPlane, kubeconfigFor, removeNamespace } from '../../support/cluster/control-plane';
import { orSkip } from '../../support/contract/missing';
import { claim } from '../../support/node/file-server';
import { plannedImages, requireImage } from '../../support/node/images';
import { explained, inPod, kubectl, nodeApi, podsOf, toolPod } from '../../support/node/pods';
import { bringSecret, clients, type StackOnNode, small, stackOnNode } from '../../support/node/stacks';

const token = 'token-of-the-clients';
const labels = {
  app: 'context-engine',
  'app.kubernetes.io/name': 'context-engine',
  'app.kubernetes.io/part-of': 'memory-fleet',
};

/** What this node lacks, and what is therefore not shown here. */
const replaced = {
  local: { qdrant: small, memory: small, indexer: small },
  lab: {
    qdrant: { ...small, apiKey: { source: 'existing', everyClientSendsIt: true } },
    memory: small,
    indexer: small,
    watcher: small,
    indexing: small,
    // The internet: the model of llama.cpp, and repositories that are cloned.
    llamacpp: { enabled: false },
    repositories: [
      { source: 'claim', name: 'monolith', claimName: 'monolith-checkout', intervalSeconds: 10 },
      { source: 'upload', name: 'sketches' },
    ],
  },
};

/**
 * Everything around Context Engine and Qdrant, whose programs are in no package registry: of Context Engine what stands in its
 * place answers probes, of Qdrant the scripts of the project as well. Shown are users, volumes, the project's scripts before and
 * beside them, the bearer proxy, Services and Jobs; of the programs themselves nothing is.
 */
describe('what is around Context Engine, of both stacks, on a real node', function () {
  this.timeout(240_000);
  const stacks = new Map<string, StackOnNode>();
  const lab = 'lab-contextengine';
  const own = [lab, 'local-contextengine'];
  const controller = { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' };

  before(async function () {
    await orSkip(this, () =>
      plannedImages()
        .filter((name) => /python|haproxy|restic/.test(name))
        .forEach(requireImage),
    );
    const api = await nodeApi();
    for (const namespace of own) await bringSecret(namespace, 'context-engine-backup', { password: 'of the backups' });
    await bringSecret(lab, 'context-engine-qdrant', { 'api-key': 'key-of-qdrant' });
    await bringSecret(lab, 'context-engine-bearer', { token });
    // Somebody's checkout on a volume of theirs.
    await create(api, `/api/v1/namespaces/${lab}/persistentvolumeclaims`, claim('monolith-checkout'));
    const volumes = [{ name: 'checkout', persistentVolumeClaim: { claimName: 'monolith-checkout' } }];
    const writes = toolPod('checkout', {
      script: 'echo "print(1)" >/checkout/main.py; trap exit TERM; while :; do sleep 1; done',
      spec: { volumes },
      container: { volumeMounts: [{ name: 'checkout', mountPath: '/checkout' }] },
    });
    await clients(lab, writes);
    await clients('ingress-nginx', toolPod('controller', { labels: controller }), toolPod('stranger'));
    for (const [name, contextEngine] of Object.entries(replaced)) {
      stacks.set(name, await stackOnNode(name, { memoryMcp: undefined, contextEngine }));
    }
    await explained(own, () => Promise.all([...stacks.values()].map(({ stack }) => stack.up())));
  });
  after(() => Promise.all([...own, 'ingress-nginx'].map(removeNamespace)));

  const podOf = async (namespace: string, component: string, repository?: string) => {
    const wanted = Object.entries({ ...labels, component, ...(repository ? { repository } : {}) });
    const pod = (await podsOf(namespace)).find(({ metadata }) =>
      wanted.every(([key, value]) => metadata?.labels?.[key] === value),
    );
    return pod?.metadata?.name ?? assert.fail(`no pod is ${component} ${repository ?? ''}`);
  };
  const options = { stack: 'lab', kubeconfig: () => kubeconfigFor('lab') };
  const run = () => ({
    home: fleetHomeAt(controlPlane().folder),
    projectDir: stacks.get('lab')?.root ?? '',
    signal: new AbortController().signal,
  });

  it('runs as its user, with nothing to write on but its volumes', async () => {
    for (const [namespace, component, user] of [
      ...own.flatMap((each) => ['mcp-memory', 'mcp-indexer', 'qdrant'].map((component) => [each, component, '1000'])),
    ] as const) {
      const pod = await podOf(namespace ?? '', component ?? '');
      const { stderr, stdout } = await inPod(
        namespace ?? '',
        [pod, '-c', component ?? ''],
        'sh',
        '-c',
        'id -u; touch /written',
      );
      assert.equal(stdout.trim(), user, component);
      assert.match(stderr, /Read-only file system/, component);
    }
    const proxy = [await podOf(lab, 'mcp-indexer'), '-c', 'bearer-proxy'];
    assert.equal((await inPod(lab, proxy, 'id', '-u')).stdout.trim(), '99');
  });

  it('is asked through Service and proxy, with the token alone', async () => {
    const status = async (pod: string, ...headers: readonly string[]) => {
      const asked = [
        '-s',
        '-o',
        '/dev/null',
        '-w',
        '%{http_code}',
        '--max-time',
        '5',
        ...headers.flatMap((each) => ['-H', each]),
      ];
      const { exitCode, stdout } = await inPod(
        'ingress-nginx',
        pod,
        'curl',
        ...asked,
        `http://mcp-indexer.${lab}.svc.cluster.local:8001/sse`,
      );
      return exitCode === 0 ? stdout : `curl: ${exitCode}`;
    };
    assert.equal(await status('controller'), '401');
    assert.equal(await status('controller', `authorization: Bearer ${token}`), '200');
    assert.equal(await status('stranger', `authorization: Bearer ${token}`), 'curl: 7');
  });

  it('copies a checkout from a volume of somebody else, indexes it, and follows its changes', async () => {
    const watcher = [await podOf(lab, 'watcher', 'monolith'), '-c', 'watcher'];
    assert.match((await inPod(lab, watcher, 'cat', '/repos/monolith/main.py')).stdout, /print\(1\)/);
    const { stdout } = await kubectl('-n', lab, 'logs', '-l', 'component=index,repository=monolith', '-c', 'index');
    assert.match(stdout, /files_seen=[1-9]/);
    await inPod(lab, 'checkout', 'sh', '-c', 'echo "print(2)" >/checkout/more.py');
    const follows = async () =>
      (await inPod(lab, watcher, 'cat', '/repos/monolith/more.py')).stdout.includes('print(2)') || undefined;
    assert.ok(await waitFor(follows, { seconds: 90 }), 'the change has come');
  });

  it('is saved by `fleet backup now`', async () => {
    const { code, text } = await explained([lab], () =>
      captured(() => now(run(), { ...options, kubeconfig: options.kubeconfig(), json: true } as never)),
    );
    assert.equal(code, 0, text);
  });

  it('restarts nothing', async () => {
    for (const { metadata, status } of (await Promise.all(own.map(podsOf))).flat()) {
      const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
      const restarts = containers.map(({ restartCount }) => restartCount);
      assert.ok(
        restarts.every((count) => count === 0),
        `${metadata?.namespace}/${metadata?.name}: ${restarts.join()}`,
      );
    }
  });
});
