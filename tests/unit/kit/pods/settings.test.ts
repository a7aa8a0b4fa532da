import assert from 'node:assert/strict';
import { mirrored } from '../../../../components/kit/parts/pods/mirror';
import { checkPlan } from '../../../../policies/check';
import { containersOf } from '../../../../policies/pods';
import { planWith, podAt, podsIn } from '../../../support/unit/pods';

const server = /^memory-mcp\/objects\/deployment/;
const qdrant = /^context-engine\/objects\/qdrant/;

describe('images from a mirror', () => {
  const digest = `@sha256:${'a'.repeat(64)}`;
  const imageMirror = {
    'docker.io': 'registry.lab.example.org/docker',
    'docker.io/library': 'registry.lab.example.org/official',
    'ghcr.io/ggml-org/llama.cpp': 'registry.lab.example.org:5000/llama',
    'registry.other.example.org:5000': 'registry.lab.example.org/other',
  };
  const all = { ...imageMirror, '*': 'registry.lab.example.org/rest' };
  const table: readonly [string, object, string][] = [
    ['docker.io/qdrant/qdrant:v1', imageMirror, 'registry.lab.example.org/docker/qdrant/qdrant:v1'],
    [`qdrant/qdrant:v1${digest}`, imageMirror, `registry.lab.example.org/docker/qdrant/qdrant:v1${digest}`],
    ['docker.io/library/python:3.13', imageMirror, 'registry.lab.example.org/official/python:3.13'],
    ['haproxy:3.2', imageMirror, 'registry.lab.example.org/official/haproxy:3.2'],
    ['ghcr.io/ggml-org/llama.cpp:server', imageMirror, 'registry.lab.example.org:5000/llama:server'],
    ['ghcr.io/ggml-org/llama.cpp2:server', imageMirror, 'ghcr.io/ggml-org/llama.cpp2:server'],
    ['docker.io.example.org/a:1', imageMirror, 'docker.io.example.org/a:1'],
    ['registry.other.example.org:5000/a/b:1', imageMirror, 'registry.lab.example.org/other/a/b:1'],
    ['registry.other.example.org/a/b:1', imageMirror, 'registry.other.example.org/a/b:1'],
    ['ghcr.io/butterflyskies/memory-mcp:0.17.1', all, 'registry.lab.example.org/rest/butterflyskies/memory-mcp:0.17.1'],
    ['registry.lab.example.org/docker/qdrant/qdrant:v1', all, 'registry.lab.example.org/docker/qdrant/qdrant:v1'],
    ['ghcr.io/a/b:1', {}, 'ghcr.io/a/b:1'],
  ];
  for (const [image, mirror, expected] of table) {
    it(`${image} is pulled as ${expected}`, () =>
      assert.equal(mirrored(image, { imageMirror: mirror as Record<string, string> }), expected));
  }

  it('are what commands and Argo CD Image Updater know too', () => {
    const argocd = { mode: 'argocd', repoUrl: 'https://git.example.org/fleet', imageUpdater: true };
    const [memoryMcp] = planWith({ pods: { imageMirror: { 'ghcr.io': 'mirror.example.org' } }, argocd }).systems;
    const image = 'mirror.example.org/butterflyskies/memory-mcp';
    assert.equal(memoryMcp?.operations.servers[0]?.image, `${image}:0.17.1`);
    const updater = JSON.stringify(memoryMcp?.objects.imageUpdater?.object);
    assert.match(updater, /"imageName":"mirror\.example\.org\/butterflyskies\/memory-mcp:~0\.17\.1"/);
    assert.match(updater, /"kustomize":\{"name":"mirror\.example\.org\/butterflyskies\/memory-mcp"\}/);
  });
});

describe("a system's own block of pods", () => {
  it('adds to the maps of the cluster, and takes the place of its lists and single values', () => {
    const cluster = {
      nodeSelector: { zone: 'a', disk: 'hdd' },
      tolerations: [{ key: 'agents', operator: 'Exists' }],
      priorityClassName: 'low',
      imagePullSecrets: ['everybody'],
    };
    const own = {
      nodeSelector: { disk: 'ssd' },
      tolerations: [],
      priorityClassName: 'high',
      imagePullSecrets: ['own'],
    };
    const plan = planWith({ pods: cluster }, { memoryMcp: { pods: own } });
    const { spec } = podAt(plan, server);
    assert.deepEqual(spec.nodeSelector, { zone: 'a', disk: 'ssd' });
    assert.equal(spec.tolerations, undefined);
    assert.equal(spec.priorityClassName, 'high');
    assert.deepEqual(spec.imagePullSecrets, [{ name: 'own' }]);
    const other = podAt(plan, qdrant).spec;
    assert.deepEqual(other.nodeSelector, { zone: 'a', disk: 'hdd' });
    assert.equal(other.priorityClassName, 'low');
  });

  it('comes on top of the Secrets that the engine names for its images', () => {
    const plan = planWith({ pods: { imagePullSecrets: ['b', 'a'] } }, { contextEngine: { imagePullSecrets: ['a'] } });
    assert.deepEqual(podAt(plan, qdrant).spec.imagePullSecrets, [{ name: 'a' }, { name: 'b' }]);
  });
});

describe('CPU limits', () => {
  it('are so many times the request, and stay where there is one', () => {
    const ours = { resources: { cpu: '250m', cpuLimit: '700m', memory: '512Mi', memoryLimit: '6Gi' } };
    const pods = { pods: { cpuLimitRatio: 4 } };
    const { spec } = podAt(planWith(pods, { memoryMcp: ours }), server);
    const limits = Object.fromEntries(spec.containers.map(({ name, resources }) => [name, resources?.limits?.cpu]));
    assert.deepEqual(limits, { 'memory-mcp': '700m', 'bearer-proxy': '40m' });
    const [database] = podAt(planWith({ pods: { cpuLimitRatio: 3 } }), qdrant).spec.containers;
    assert.deepEqual(database?.resources, {
      requests: { cpu: '2', memory: '4Gi' },
      limits: { cpu: '6', memory: '8Gi' },
    });
  });
});

describe('a range of limits', () => {
  const seeds = { default: { cpu: '500m', memory: '512Mi' }, defaultRequest: { cpu: '100m', memory: '128Mi' } };
  const plan = planWith({}, { contextEngine: { containerLimits: seeds } });

  it('is what a container names that names no limit, or its request where that is higher', () => {
    const limits = Object.fromEntries(
      podAt(plan, qdrant).spec.containers.map(({ name, resources }) => [name, resources?.limits]),
    );
    assert.deepEqual(limits.qdrant, { cpu: '2', memory: '8Gi' });
    const [proxy] = podAt(plan, /objects\/mcp-memory\//).spec.containers.filter(({ name }) => name === 'bearer-proxy');
    assert.deepEqual(proxy?.resources, {
      requests: { cpu: '10m', memory: '64Mi' },
      limits: { cpu: '500m', memory: '128Mi' },
    });
  });

  it('decides nothing in silence', () => {
    assert.deepEqual(
      checkPlan(plan).violations.filter(({ rule }) => rule === 'within-limits'),
      [],
    );
  });
});

describe('users that the platform gives', () => {
  const image = { memoryMcp: { pods: { runAsUser: 'image' } } };
  const plan = planWith({ pods: { runAsUser: 'platform' } }, image);

  it('are named in no pod and no container', () => {
    const pods = podsIn(plan).filter(({ at }) => at.startsWith('context-engine'));
    assert.ok(pods.length > 10);
    for (const { at, spec } of pods) {
      const text = JSON.stringify([spec.securityContext, containersOf(spec).map((each) => each.securityContext)]);
      assert.doesNotMatch(text, /runAsUser|runAsGroup|fsGroup"/, at);
      assert.equal(spec.securityContext?.runAsNonRoot, true, at);
      assert.equal(spec.securityContext?.seccompProfile?.type, 'RuntimeDefault', at);
    }
    assert.deepEqual(checkPlan(plan).violations, []);
  });

  it('are none for memory-mcp, whose model only its own user reads', () => {
    assert.throws(
      () => planWith({ pods: { runAsUser: 'platform' } }),
      /cluster\.pods\.runAsUser: found "platform", expected "image" in memoryMcp\.pods/,
    );
    assert.throws(
      () => planWith({}, { memoryMcp: { pods: { runAsUser: 'platform' } } }),
      /memoryMcp\.pods\.runAsUser: found "platform"/,
    );
    assert.equal(podAt(plan, server).spec.securityContext?.runAsUser, 1000);
  });

  it('are for one system where it alone says so, and a rule tells the two apart', () => {
    const mixed = planWith({}, { contextEngine: { pods: { runAsUser: 'platform' } } });
    assert.equal(podAt(mixed, server).spec.securityContext?.runAsUser, 1000);
    assert.equal(podAt(mixed, qdrant).spec.securityContext?.runAsUser, undefined);
    assert.deepEqual(checkPlan(mixed).violations, []);
    const [memoryMcp, engine] = mixed.systems;
    assert.ok(memoryMcp && engine);
    const confused = {
      ...mixed,
      systems: [
        { ...memoryMcp, pods: engine.pods ?? {} },
        { ...engine, pods: {} },
      ],
    };
    const faults = new Set(checkPlan(confused).violations.map(({ fault }) => fault));
    assert.ok(faults.has('names a user id') && faults.has('names no user id'));
  });
});

describe('blocks of pods that are refused', () => {
  const table: readonly [string, object, RegExp][] = [
    ['a scheme', { imageMirror: { 'https://docker.io': 'm.example.org' } }, /imageMirror\.https:\/\/docker\.io/],
    ['a mirror with a tag', { imageMirror: { '*': 'm.example.org/a:1/b' } }, /imageMirror\.\*: found/],
    ['a mirror that ends in a slash', { imageMirror: { '*': 'm.example.org/' } }, /imageMirror\.\*: found/],
    [
      'every taint by mistake',
      { tolerations: [{ effect: 'NoSchedule' }] },
      /tolerations\[0\]\.operator: .*a key beside it/,
    ],
    [
      'a value that nothing asks for',
      { tolerations: [{ key: 'a', operator: 'Exists', value: 'b' }] },
      /\.value: found "b"/,
    ],
    ['a time without an end', { tolerations: [{ key: 'a', tolerationSeconds: 5 }] }, /tolerationSeconds: found 5/],
    ['a ratio of none', { cpuLimitRatio: 0 }, /cpuLimitRatio: found 0, expected a whole number/],
    ['a user', { runAsUser: 1000 }, /runAsUser: found 1000, expected "image" or "platform"/],
    ['an unknown key', { nodeSelectors: {} }, /nodeSelectors: no such key; the nearest known key is "nodeSelector"/],
  ];
  for (const [title, pods, message] of table) {
    it(title, () => assert.throws(() => planWith({ pods }), message));
  }
});
