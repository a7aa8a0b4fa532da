import assert from 'node:assert/strict';
import { withPods } from '../../../../components/kit/parts/pods';
import { needsOf } from '../../../../components/needs';
import type { SystemPlan } from '../../../../components/system';
import { containersOf } from '../../../../policies/pods';
import { planWith, podAt, podsIn } from '../../../support/unit/pods';

/** Which containers talk to servers of others, by hand: whatever fetches from git, hubs and buckets, and the login. */
const reachingOut = [
  'memory-mcp/deployment/memory-mcp',
  'memory-mcp/bootstrapJob/login',
  'memory-mcp/volumeBackup/open',
  'memory-mcp/volumeBackup/save',
  'memory-mcp/volumeBackupRestore/fetch',
  'memory-mcp/volumeBackupDrill/fetch',
  'context-engine/llamacpp/fetch-model',
  'context-engine/mcp-indexer-http/mcp-indexer-http',
  'context-engine/mcp-indexer/mcp-indexer',
  'context-engine/mcp-memory-http/mcp-memory-http',
  'context-engine/mcp-memory/mcp-memory',
  'context-engine/index-code/bring',
  'context-engine/index-code/index',
  'context-engine/watcher-code/watcher',
  'context-engine/watcher-code/follow',
  'context-engine/index-copied/index',
  'context-engine/watcher-copied/watcher',
  'context-engine/upload-sketches/index',
  'context-engine/watcher-sketches/watcher',
];

/** The containers of a plan that have a variable, and its value. */
function holding(plan: ReturnType<typeof planWith>, variable: string): Map<string, string> {
  const found = podsIn(plan).flatMap(({ at, spec }) => {
    const [system, , key] = at.split('/');
    return containersOf(spec).flatMap(({ env = [], name }) =>
      env
        .filter((each) => each.name === variable)
        .map(({ value = '' }) => [`${system}/${key}/${name}`, value] as const),
    );
  });
  return new Map(found);
}

const proxy = { httpsProxy: 'http://proxy.example.org:3128', noProxy: ['.lab.example.org', '192.0.2.0/24'] };

describe('a proxy', () => {
  const plan = planWith({ pods: { proxy } });

  it('is known to exactly the containers that talk to servers of others, in both spellings', () => {
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy']) {
      const found = holding(plan, name);
      assert.deepEqual([...found.keys()].sort(), [...reachingOut].sort());
      assert.deepEqual(new Set(found.values()), new Set([proxy.httpsProxy]));
    }
  });

  it('is asked for nothing that is in the cluster', () => {
    const list = (container: string) => (holding(plan, 'no_proxy').get(container) ?? '').split(',');
    assert.deepEqual(list('memory-mcp/bootstrapJob/login'), [
      ...['localhost', '127.0.0.1', '::1'],
      'memory-mcp',
      ...['.memory-mcp', '.svc', '.cluster.local', '$(KUBERNETES_SERVICE_HOST)'],
      ...proxy.noProxy,
    ]);
    const engine = list('context-engine/index-code/index');
    for (const host of ['qdrant', 'llamacpp', 'mcp-memory', 'mcp-memory-internal'])
      assert.ok(engine.includes(host), host);
    assert.deepEqual(holding(plan, 'NO_PROXY'), holding(plan, 'no_proxy'));
    const services = [
      { host: 'git.example.org', namespace: 'gitea' },
      { host: '*.inside.example.org', namespace: 'a' },
    ];
    const known = holding(planWith({ pods: { proxy }, services }), 'no_proxy').get('memory-mcp/deployment/memory-mcp');
    assert.match(known ?? '', /,git\.example\.org,\.inside\.example\.org,/);
  });

  it('shows a login that only the kubelet puts together', () => {
    const plan = planWith({ pods: { proxy: { ...proxy, secretName: 'proxy-login' } } });
    assert.equal(
      holding(plan, 'https_proxy').get('memory-mcp/bootstrapJob/login'),
      'http://$(PROXY_USERNAME):$(PROXY_PASSWORD)@proxy.example.org:3128',
    );
    const [login] = podAt(plan, /bootstrapJob/).spec.containers;
    const names = login?.env?.map(({ name }) => name) ?? [];
    // What a variable is made of must stand before it.
    assert.ok(names.indexOf('PROXY_PASSWORD') < names.indexOf('http_proxy'));
    assert.deepEqual(login?.env?.find(({ name }) => name === 'PROXY_USERNAME')?.valueFrom, {
      secretKeyRef: { name: 'proxy-login', key: 'username', optional: true },
    });
  });

  const reached = ({ flows }: SystemPlan) =>
    Object.fromEntries(
      flows
        .filter(({ direction, peer }) => direction === 'out' && (peer.kind === 'hosts' || peer.kind === 'addresses'))
        .map(({ name, peer, port }) => [
          name,
          `${(peer.kind === 'hosts' ? peer.names : peer.kind === 'addresses' ? peer.cidrs : []).join(' ')}:${port}`,
        ]),
    );

  it('is where traffic goes instead of the hosts, save for clients that know no proxy', () => {
    const repositories = [
      { source: 'git', name: 'code', url: 'https://git.example.org/code.git' },
      { source: 'git', name: 'keyed', url: 'ssh://git@git.example.org/keyed.git' },
      { source: 'git', name: 'near', url: 'https://git.lab.example.org/near.git' },
      { source: 'git', name: 'address', url: 'https://192.0.2.7/address.git' },
    ];
    const [memoryMcp, engine] = planWith({ pods: { proxy } }, { contextEngine: { repositories } }).systems;
    assert.ok(memoryMcp && engine);
    assert.deepEqual(reached(memoryMcp), {
      'to-remotes': 'git.example.org:443',
      'bootstrap-to-login-by-proxy-3128': 'proxy.example.org:3128',
      'volume-backup-to-storage-by-proxy-3128': 'proxy.example.org:3128',
    });
    assert.deepEqual(reached(engine), {
      'models-by-proxy-3128': 'proxy.example.org:3128',
      'code-to-remote-by-proxy-3128': 'proxy.example.org:3128',
      'keyed-to-remote': 'git.example.org:22',
      'near-to-remote': 'git.lab.example.org:443',
      'address-to-remote': '192.0.2.7/32:443',
    });
  });

  it('is opened by policies in place of the hosts', () => {
    const [memoryMcp] = planWith({ pods: { proxy: { httpProxy: 'http://proxy.proxies.svc:8080' } } }).systems;
    const policies = Object.values(memoryMcp?.objects ?? {}).map(({ object }) => object);
    const named = (name: string) => policies.find(({ metadata }) => metadata.name === `memory-mcp-${name}`);
    const text = JSON.stringify(named('bootstrap-to-login-by-proxy-in-proxies-8080'));
    assert.match(text, /"kubernetes.io\/metadata.name":"proxies"/);
    assert.match(text, /"port":8080/);
    assert.equal(named('bootstrap-to-login'), undefined);
  });

  it('is refused where its URL holds a login, is none, or is missing', () => {
    const url = 'cluster.pods.proxy.httpProxy';
    const table: readonly [object, string][] = [
      [{ httpProxy: 'http://me:secret@proxy.example.org:3128' }, 'without user name or password'],
      [{ httpProxy: 'proxy.example.org:3128' }, url],
      [{ httpProxy: 'http://proxy.example.org' }, url],
      [
        { noProxy: ['.lab.example.org'] },
        'cluster.pods.proxy: found {"noProxy":[".lab.example.org"]}, expected httpProxy',
      ],
      ...['http://a', '10.0.0.0/33', '999.1.1.1', 'fd00::/129', 'a:443', '*', 'A.example.org', '10.0.0.0/'].map(
        (entry): [object, string] => [{ ...proxy, noProxy: [entry] }, 'cluster.pods.proxy.noProxy[0]'],
      ),
    ];
    for (const [settings, message] of table) {
      assert.throws(
        () => planWith({ pods: { proxy: settings } }),
        (error: Error) => error.message.includes(message) && !error.message.includes('secret'),
        JSON.stringify(settings),
      );
    }
  });
});

describe('authorities to trust', () => {
  const plan = planWith({ pods: { certificateAuthority: { name: 'corporate', key: 'bundle.pem' } } });

  it('are read by exactly the containers that talk to servers of others', () => {
    for (const name of ['SSL_CERT_FILE', 'GIT_SSL_CAINFO', 'REQUESTS_CA_BUNDLE']) {
      const found = holding(plan, name);
      assert.deepEqual([...found.keys()].sort(), [...reachingOut].sort());
      assert.deepEqual(new Set(found.values()), new Set(['/etc/memory-fleet/certificate-authority/ca.crt']));
    }
  });

  it('are mounted where they are read, from a ConfigMap that a pod can start without', () => {
    for (const { at, spec } of podsIn(plan)) {
      const mounted = containersOf(spec).filter(({ volumeMounts = [] }) =>
        volumeMounts.some(({ mountPath }) => mountPath === '/etc/memory-fleet/certificate-authority'),
      );
      const reading = containersOf(spec).filter(({ env = [] }) => env.some(({ name }) => name === 'SSL_CERT_FILE'));
      assert.deepEqual(mounted, reading, at);
      const volumes = spec.volumes?.filter(({ name }) => name === 'certificate-authority') ?? [];
      const expected = { name: 'corporate', items: [{ key: 'bundle.pem', path: 'ca.crt' }], optional: true };
      assert.deepEqual(
        volumes.map(({ configMap }) => configMap),
        reading.length > 0 ? [expected] : [],
        at,
      );
    }
  });

  it('are of no concern to a backup on a volume, which talks to nobody', () => {
    const { backup } = { backup: { volume: {} } };
    const own = planWith({ pods: { certificateAuthority: { name: 'corporate' } } }, { memoryMcp: { backup } });
    assert.doesNotMatch(JSON.stringify(podAt(own, /volumeBackup\/object/).spec), /certificate-authority/);
  });
});

describe('what closed networks count on', () => {
  const needs = (pods: object) =>
    needsOf(planWith({ pods }), 'test')
      .filter(({ name }) => ['corporate', 'proxy-login'].includes(name))
      .map(({ keys, kind, name, namespace }) => `${kind} ${namespace}/${name}: ${keys.join()}`);

  it('is told with the command that brings it, in each namespace', () => {
    const certificateAuthority = { name: 'corporate', key: 'bundle.pem' };
    assert.deepEqual(needs({ certificateAuthority, proxy: { ...proxy, secretName: 'proxy-login' } }), [
      'ConfigMap memory-mcp/corporate: bundle.pem',
      'Secret memory-mcp/proxy-login: username,password',
      'ConfigMap context-engine/corporate: bundle.pem',
      'Secret context-engine/proxy-login: username,password',
    ]);
    assert.deepEqual(needs({ proxy }), []);
  });

  it('is waited for by no `up`', () => {
    const awaited = (pods: object) => planWith({ pods }).systems[0]?.objects.deployment?.awaited;
    assert.equal(awaited({}), undefined);
    assert.equal(awaited({ certificateAuthority: { name: 'corporate' } }), false);
  });
});

describe('a mesh', () => {
  const outOf = (plan: ReturnType<typeof planWith>) =>
    plan.systems.map(({ flows }) =>
      flows.filter(({ name }) => name === 'mesh').map(({ peer, port }) => ({ peer, port })),
    );

  it('takes every pod in by a sidecar that starts first and ends with a Job, and opens its control plane', () => {
    const plan = planWith({ pods: { mesh: { kind: 'istio' } } });
    for (const { at, metadata } of podsIn(plan)) {
      const inside = !at.endsWith('/drill/pod');
      assert.equal(metadata.labels?.['sidecar.istio.io/inject'], String(inside), at);
      assert.equal(metadata.annotations?.['sidecar.istio.io/nativeSidecar'], inside ? 'true' : undefined, at);
    }
    const peer = { kind: 'pods', namespace: 'istio-system', labels: { app: 'istiod' } };
    assert.deepEqual(outOf(plan), [[{ peer, port: [15_012] }], [{ peer, port: [15_012] }]]);
    const [memoryMcp] = plan.systems;
    const policy = JSON.stringify(memoryMcp?.objects.policyMesh?.object);
    assert.match(policy, /"podSelector":\{"matchLabels":\{"app.kubernetes.io\/name":"memory-mcp"\}\}/);
  });

  it('of linkerd has a port of its own for what sidecars send each other', () => {
    const plan = planWith({ pods: { mesh: { kind: 'linkerd', namespace: 'mesh' } } });
    const { metadata } = podAt(plan, /memory-mcp\/objects\/backupJob/);
    assert.equal(metadata.annotations?.['linkerd.io/inject'], 'enabled');
    assert.equal(metadata.annotations?.['config.beta.linkerd.io/proxy-enable-native-sidecar'], 'true');
    assert.equal(podAt(plan, /drill\/pod$/).metadata.annotations?.['linkerd.io/inject'], 'disabled');
    const peer = { kind: 'pods', namespace: 'mesh', labels: { 'linkerd.io/control-plane-ns': 'linkerd' } };
    assert.deepEqual(outOf(plan)[0], [{ peer, port: [8080, 8086, 8090] }]);
    const [memoryMcp] = plan.systems;
    const sync = memoryMcp?.flows.filter(({ name }) => name === 'backup-to-server' || name === 'from-backup');
    assert.deepEqual(
      sync?.map(({ port }) => port),
      [
        [8081, 4143],
        [8081, 4143],
      ],
    );
    assert.deepEqual(memoryMcp?.flows.find(({ name }) => name === 'to-remotes')?.port, 443);
  });
});

describe('containers that reach out', () => {
  it('are named by whoever has a flow to hosts', () => {
    const plan = planWith({});
    const [memoryMcp] = plan.systems;
    assert.ok(memoryMcp);
    const { deployment } = memoryMcp.objects;
    assert.ok(deployment);
    const silent = { ...memoryMcp, objects: { ...memoryMcp.objects, deployment: { ...deployment, reachesOut: [] } } };
    assert.throws(() => withPods(silent, plan.cluster), /flow to-remotes of memory-mcp leads to hosts/);
    const strange = { ...deployment, reachesOut: ['memory'] };
    const wrong = { ...memoryMcp, objects: { ...memoryMcp.objects, deployment: strange } };
    assert.throws(() => withPods(wrong, plan.cluster), /deployment of memory-mcp has no container memory that/);
  });
});
