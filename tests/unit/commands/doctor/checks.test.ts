import assert from 'node:assert/strict';
import { join } from 'node:path';
import { parseStack } from '../../../../components/stack';
import type { DescribedObjects } from '../../../../components/system/described';
import { type Examined, finding } from '../../../../operate/commands/doctor/check';
import { access } from '../../../../operate/commands/doctor/checks/access';
import { entrances } from '../../../../operate/commands/doctor/checks/entrances';
import { images } from '../../../../operate/commands/doctor/checks/images';
import { ingress } from '../../../../operate/commands/doctor/checks/ingress';
import { kinds } from '../../../../operate/commands/doctor/checks/kinds';
import { metrics } from '../../../../operate/commands/doctor/checks/metrics';
import { namespaces } from '../../../../operate/commands/doctor/checks/namespaces';
import { enforcement } from '../../../../operate/commands/doctor/checks/network';
import { knownMinors, server } from '../../../../operate/commands/doctor/checks/server';
import { storage } from '../../../../operate/commands/doctor/checks/storage';
import type { ClusterReader, Permission } from '../../../../operate/commands/doctor/cluster-reader';
import { describedStack } from '../../../../operate/stack';
import { planned } from '../../../support/objects';

const checkout = join(__dirname, '..', '..', '..', '..');

/** A stack of the checkout, or one object in its place, and what is seen of its cluster. */
function examined(
  stack: string,
  look: Partial<ClusterReader>,
  objects?: DescribedObjects,
  version = 'v1.35.0',
): Examined {
  const described = describedStack(checkout, stack);
  const [system] = described.plan.systems;
  assert.ok(system);
  const plan = objects ? { ...described.plan, systems: [{ ...system, objects }] } : described.plan;
  const unseen = () => Promise.reject(new Error('nobody may look there'));
  return {
    stack: { ...described, plan },
    projectDir: checkout,
    look: { at: unseen, list: unseen, kinds: unseen, may: unseen, ...look },
    cluster: { version, context: 'c', server: 'https://cluster.test', uid: 'u' } as Examined['cluster'],
  };
}

const daemonSet = (name: string, image = 'registry.test/plugin:v1') => ({
  metadata: { name },
  spec: { template: { spec: { containers: [{ image }] } } },
});

describe('enforcement of network policies', () => {
  const plain = { language: 'kubernetes', version: 'v1.35.0' } as const;

  it('is known of network plugins by their DaemonSets', () => {
    for (const name of ['cilium', 'calico-node', 'canal', 'antrea-agent', 'kube-router', 'weave-net']) {
      assert.equal(enforcement([daemonSet(name)], plain).status, 'ok', name);
    }
    assert.equal(enforcement([daemonSet('kube-flannel-ds')], plain).status, 'missing');
    assert.equal(enforcement([daemonSet('kube-flannel-ds'), daemonSet('canal')], plain).status, 'ok');
    assert.equal(enforcement([daemonSet('node-exporter')], plain).status, 'warning');
    assert.equal(enforcement([], { ...plain, version: 'v1.34.1+k3s1' }).status, 'ok');
  });

  it('came to kindnet with a version', () => {
    const kindnet = (tag: string) => enforcement([daemonSet('kindnet', `docker.io/kindest/kindnetd:${tag}`)], plain);
    assert.equal(kindnet('v20240813-c6f155d6').status, 'ok');
    assert.equal(kindnet('v20240202-8f1494ea').status, 'missing');
    assert.equal(kindnet('mine').status, 'warning');
  });

  it('takes Cilium where the policies are written for it', () => {
    assert.equal(enforcement([daemonSet('calico-node')], { ...plain, language: 'cilium' }).status, 'missing');
    assert.equal(enforcement([daemonSet('cilium')], { ...plain, language: 'cilium' }).status, 'ok');
  });
});

describe('metrics', () => {
  const autoscaler = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'a', namespace: 'n' },
  };
  const status = async (look: Partial<ClusterReader>) => {
    const [question] = metrics(examined('local', look, { a: { object: planned(autoscaler) } }));
    return question && (await finding(question)).status;
  };

  it('are asked for only where something scales by them', () => {
    assert.deepEqual(metrics(examined('local', {})), []);
  });

  it('must be served, by a server that answers', async () => {
    const pods = {
      apiVersion: 'metrics.k8s.io/v1beta1',
      plural: 'pods',
      kind: 'PodMetrics',
      namespaced: true,
      verbs: ['get'],
    };
    assert.equal(await status({ kinds: async () => [pods] }), 'ok');
    assert.equal(await status({ kinds: async () => [] }), 'missing');
    assert.equal(await status({ kinds: () => Promise.reject(new Error('503')) }), 'missing');
  });
});

describe('an Ingress', () => {
  const theIngress = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'i', namespace: 'n' },
    spec: { tls: [{ secretName: 't' }] },
  };
  const pod = (spec: object = {}) => ({ metadata: { name: 'controller' }, spec });
  const classOf = (controller: string) => ({ metadata: { name: 'nginx' }, spec: { controller } });
  const nginx = classOf('k8s.io/ingress-nginx');

  /** What is seen of a cluster with these objects, by the path or its beginning. */
  function seen(objects: Readonly<Record<string, unknown>>, facts: object = {}) {
    const at = async <T>(path: string) =>
      Object.entries(objects).find(([beginning]) => path.startsWith(beginning))?.[1] as T | undefined;
    const list = async <T>(path: string) => ((await at<T[]>(path)) ?? []) as readonly T[];
    const all = examined('local', { at, list }, { i: { object: planned(theIngress) } });
    const cluster = parseStack({ cluster: { ingress: facts } }, 'test').cluster;
    const stack = { ...all.stack, plan: { ...all.stack.plan, cluster } };
    return Promise.all(ingress({ ...all, stack }).map(finding));
  }
  const classes = '/apis/networking.k8s.io/v1/ingressclasses';
  const controllers = '/api/v1/namespaces/ingress-nginx/pods?labelSelector=app.kubernetes.io%2Fname%3Dingress-nginx%2C';
  const statuses = (findings: readonly { status: string }[]) => findings.map(({ status }) => status);

  it('is looked at only where the plan has one', () => {
    assert.deepEqual(ingress(examined('local', {})), []);
  });

  it('needs a class of ingress-nginx, and its pods where the stack file says', async () => {
    const good = { [`${classes}/nginx`]: nginx, [controllers]: [pod()] };
    assert.deepEqual(statuses(await seen(good)), ['ok', 'ok']);
    const [without] = await seen({ [`${classes}/nginx`]: undefined, [classes]: [{ metadata: { name: 'edge' } }] });
    assert.equal(without?.status, 'missing');
    assert.match(without?.remedy ?? '', /set cluster\.ingress\.className to one of: edge$/);
    assert.deepEqual(statuses(await seen({ ...good, [`${classes}/nginx`]: classOf('traefik.io/x') })), [
      'warning',
      'ok',
    ]);
    assert.deepEqual(statuses(await seen({ ...good, [controllers]: [] })), ['ok', 'missing']);
    assert.deepEqual(statuses(await seen({ ...good, [controllers]: [pod({ hostNetwork: true })] })), ['ok', 'warning']);
  });

  it('needs a class of Traefik where that is what serves it, by the labels of its chart', async () => {
    const facts = { implementation: 'traefik' };
    const pods = '/api/v1/namespaces/traefik/pods?labelSelector=app.kubernetes.io%2Fname%3Dtraefik';
    const good = { [`${classes}/traefik`]: classOf('traefik.io/ingress-controller'), [pods]: [pod()] };
    assert.deepEqual(statuses(await seen(good, facts)), ['ok', 'ok']);
    assert.deepEqual(statuses(await seen({ ...good, [`${classes}/traefik`]: nginx }, facts)), ['warning', 'ok']);
    const [without] = await seen({}, facts);
    assert.match(without?.remedy ?? '', /^install Traefik/);
  });

  it('may be served by any other controller, of which nothing more is known', async () => {
    const other = {
      implementation: 'other',
      className: 'contour',
      controller: { namespace: 'c', labels: { app: 'c' } },
    };
    const [found] = await seen({ [`${classes}/contour`]: classOf('projectcontour.io/ingress-controller') }, other);
    assert.equal(found?.status, 'ok');
  });
});

describe('what others on the cluster have', () => {
  const own = { name: 'notes', namespace: 'notes' };
  const spec = { hostnames: ['notes.example.org'], rules: [] };
  const route = planned({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: own, spec });
  const ports = { type: 'NodePort', ports: [{ port: 80, nodePort: 30_800 }] };
  const service = planned({ apiVersion: 'v1', kind: 'Service', metadata: own, spec: ports });
  const objects = { route: { object: route }, service: { object: service } };
  const asked = (live: Readonly<Record<string, readonly object[]>>) => {
    const list = async (path: string) => (live[path.split('/').at(-1) ?? ''] ?? []) as never;
    return Promise.all(entrances(examined('local', { list }, objects)).map(finding));
  };

  it('is none of the host names and ports of the plan, whose own objects are nobody else', async () => {
    const ours = await asked({ httproutes: [{ metadata: own, spec }], services: [{ metadata: own, spec: ports }] });
    assert.deepEqual(
      ours.map(({ subject, status }) => `${status} ${subject}`),
      ['ok host name notes.example.org', 'ok ports of the nodes 30800'],
    );
  });

  it('is named where it is one', async () => {
    const theirs = { name: 'shop', namespace: 'shop' };
    const rules = [{ host: 'notes.example.org' }];
    const found = await asked({
      ingresses: [{ metadata: theirs, spec: { rules } }],
      services: [{ metadata: theirs, spec: ports }],
    });
    assert.deepEqual(
      found.map((each) => `${each.status} ${each.found}`),
      ['missing Ingress shop/shop has it already', 'missing Service shop/shop has it already'],
    );
  });
});

describe('the class of volumes', () => {
  const claim = (accessMode: string) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c', namespace: 'n' },
    spec: { storageClassName: 'some', accessModes: [accessMode] },
  });
  const answer = async (accessMode: string, provisioner?: string) => {
    const found = provisioner && { metadata: { name: 'some' }, provisioner, allowVolumeExpansion: true };
    const look: Partial<ClusterReader> = { at: async <T>() => found as T, list: async () => [] };
    const [question] = storage(examined('local', look, { c: { object: planned(claim(accessMode)) } }));
    assert.ok(question);
    return finding(question);
  };

  it('is noted when it is to be shared and its provisioner is known to be for one node', async () => {
    for (const provisioner of ['ebs.csi.aws.com', 'rook-ceph.rbd.csi.ceph.com', 'rancher.io/local-path']) {
      assert.equal((await answer('ReadWriteMany', provisioner)).status, 'warning', provisioner);
      assert.equal((await answer('ReadWriteOnce', provisioner)).status, 'ok', provisioner);
    }
    for (const provisioner of ['nfs.csi.k8s.io', 'rook-ceph.cephfs.csi.ceph.com', 'driver.longhorn.io']) {
      assert.equal((await answer('ReadWriteMany', provisioner)).status, 'ok', provisioner);
    }
  });

  it('is asked for by the key that names it', async () => {
    assert.match((await answer('ReadWriteMany')).remedy ?? '', /cluster\.sharedStorageClass/);
    assert.match((await answer('ReadWriteOnce')).remedy ?? '', /cluster\.storageClass/);
  });
});

describe('a kind of the plan', () => {
  const route = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'a' } };

  it('that is served in another version only is named with it', async () => {
    const look: Partial<ClusterReader> = {
      kinds: async () => [],
      at: async <T>() => ({ versions: [{ version: 'v1beta1' }] }) as T,
    };
    const [question] = kinds(examined('local', look, { route: { object: planned(route) } }));
    assert.ok(question);
    const { found, remedy, status } = await finding(question);
    assert.equal(status, 'missing');
    assert.equal(found, 'not served as gateway.networking.k8s.io/v1, only v1beta1');
    assert.match(remedy ?? '', /^upgrade the definitions of the Gateway API/);
  });

  it('that comes with every cluster is not looked at', () => {
    assert.deepEqual(kinds(examined('local', {})), []);
  });
});

describe('the rights of a user', () => {
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'r', namespace: 'n' },
    rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['s'], verbs: ['get'] }],
  };
  const served = async () => [
    { apiVersion: role.apiVersion, plural: 'roles', kind: 'Role', namespaced: true, verbs: ['get'] },
  ];
  const answer = async (may: (asked: Permission) => boolean) => {
    const look: Partial<ClusterReader> = { kinds: served, may: async (asked) => may(asked) };
    const [question] = access(examined('local', look, { role: { object: planned(role) } }));
    assert.ok(question);
    return finding(question);
  };

  it('must reach as far as the rights that a Role gives away', async () => {
    const { found, status } = await answer(({ resource, verb }) => resource === 'roles' && verb !== 'escalate');
    assert.equal(status, 'missing');
    assert.equal(found, 'you may not get secrets s (to grant it by a Role)');
    assert.equal((await answer(({ resource }) => resource === 'roles')).status, 'ok');
  });
});

describe('the namespace of a system', () => {
  const answer = async (live: object | undefined, pods: readonly object[] = []) => {
    const at = async (path: string) => (path.endsWith('/pods') ? { items: pods } : live) as never;
    const look = { at };
    const question = namespaces(examined('goddess', look)).find(({ subject }) => subject === 'Namespace memory-mcp');
    assert.ok(question);
    return finding(question);
  };
  const live = (metadata: object) => ({ metadata: { name: 'memory-mcp', ...metadata } });
  const pod = (name: string, labels = {}) => ({ metadata: { name, labels } });

  it('comes with `up`, or is one that this program has made or taken over', async () => {
    const ours = [
      undefined,
      live({ labels: { 'app.kubernetes.io/part-of': 'memory-fleet' } }),
      live({ managedFields: [{ manager: 'kubectl' }, { manager: 'memory-fleet' }] }),
    ];
    for (const each of ours) assert.equal((await answer(each, [pod('somebody')])).status, 'ok');
  });

  it('is missing where it is that of others: they would be closed off', async () => {
    const found = await answer(live({ managedFields: [{ manager: 'kubectl' }] }), [pod('shop-0'), pod('shop-1')]);
    assert.equal(found.status, 'missing');
    assert.match(found.found, /shop-0 and 1 more pod$/);
    assert.match(found.remedy ?? '', /memoryMcp\.namespace\.name/);
  });

  it('is a warning where nobody else lives there, also of an installation to adopt', async () => {
    const empty = await answer(live({}));
    assert.equal(empty.status, 'warning');
    const earlier = await answer(live({}), [pod('memory-mcp-1', { app: 'memory-mcp' })]);
    assert.equal(earlier.status, 'warning');
    assert.match(earlier.remedy ?? '', /fleet adopt --stack goddess/);
  });
});

describe('what cannot be looked at', () => {
  it('is a warning with the reason', async () => {
    const [question] = access(examined('local', {}));
    assert.ok(question);
    const { found, remedy, status } = await finding(question);
    assert.deepEqual([status, found], ['warning', 'could not be looked at: nobody may look there']);
    assert.ok(remedy);
  });
});

describe('images', () => {
  const runs = (image: string) =>
    planned({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd', namespace: 'n' },
      spec: { template: { spec: { containers: [{ name: 'c', image }] } } },
    });
  const waivers = [{ rule: 'pinned-images', reason: 'no registry answers here' }];
  const digest = `sha256:${'0'.repeat(64)}`;

  it('without a digest are named once, with the reason that the plan gives', async () => {
    const objects = {
      a: { object: runs('registry.test/a:1'), waivers },
      b: { object: runs('registry.test/a:1') },
      c: { object: runs(`registry.test/c:1@${digest}`) },
    };
    const findings = await Promise.all(images(examined('local', {}, objects)).map(finding));
    assert.deepEqual(
      findings.map(({ subject, found }) => `${subject}: ${found}`),
      [
        'image registry.test/a:1: not pinned by a digest: no registry answers here',
        'image registry.test/c:1: pinned by sha256:000000000000…',
      ],
    );
  });
});

describe('the version of a cluster', () => {
  it('is known to work from the client of the provider to the API server of the tests', async () => {
    const { oldest, newest } = knownMinors(checkout);
    assert.ok(oldest > 28 && newest >= oldest, `${oldest} to ${newest}`);
    const status = async (version: string) => {
      const question = server(examined('local', {}, undefined, version)).find(({ subject }) => /version/.test(subject));
      return question && (await finding(question)).status;
    };
    assert.equal(await status(`v1.${newest}.3+k3s1`), 'ok');
    assert.equal(await status(`v1.${oldest - 1}.0`), 'warning');
    assert.equal(await status(`v1.${newest + 1}.0`), 'warning');
  });
});
