import assert from 'node:assert/strict';
import { apiWarnings, controlPlane, removeNamespace } from '../support/cluster/control-plane';
import { type FoundPod, planWith, podsIn } from '../support/unit/pods';

const namespace = 'closed-team';

/** Everything that the block can say, and a GPU. */
const cluster = {
  pods: {
    imagePullSecrets: ['mirror-login'],
    imageMirror: { '*': 'mirror.lab.example.org:5000/all' },
    nodeSelector: { 'example.org/pool': 'agents' },
    tolerations: [
      { key: 'dedicated', operator: 'Equal', value: 'agents', effect: 'NoExecute', tolerationSeconds: 60 },
      { key: 'spot', operator: 'Exists' },
    ],
    priorityClassName: 'agents-first',
    labels: { 'team.example.org/owner': 'platform' },
    annotations: { 'policies.kyverno.io/reviewed': 'yes' },
    cpuLimitRatio: 3,
    mesh: { kind: 'istio' },
    proxy: { httpsProxy: 'http://proxy.proxies.svc:3128', noProxy: ['.lab.example.org'], secretName: 'proxy-login' },
    certificateAuthority: { name: 'corporate' },
  },
};
const gpu = {
  runtimeClassName: 'accelerated',
  nodeSelector: { 'nvidia.com/gpu.present': 'true' },
  tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }],
};
const engine = { contextEngine: { llamacpp: { gpu }, imageArchitectures: ['amd64'] } };

const policy = (name: string, kind: string, spec: object) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace },
  spec,
});
const wide = {
  priority: { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'agents-first' }, value: 7 },
  runtime: { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'accelerated' }, handler: 'nvidia' },
};

/** What the API server says to a pod that is made as it is planned; nothing where it takes it. Nothing is kept. */
async function refusal({ at, metadata, spec }: FoundPod): Promise<string | undefined> {
  const name = at.split('/').slice(0, 4).join('-').toLowerCase();
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name, namespace }, spec };
  try {
    await controlPlane().objects.create(pod, undefined, 'All');
    return undefined;
  } catch (error) {
    return `${at}: ${(error as { body?: string }).body ?? String(error)}`;
  }
}

async function refusals(pods: readonly FoundPod[]): Promise<string[]> {
  return (await Promise.all(pods.map(refusal))).filter((each) => each !== undefined);
}

describe('pods on a cluster that asks for everything', () => {
  const create = (object: Parameters<ReturnType<typeof controlPlane>['objects']['create']>[0]) =>
    controlPlane().objects.create(object);

  before(async () => {
    await removeNamespace(namespace);
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } } as object);
    for (const name of ['default', 'memory-mcp', 'memory-mcp-bootstrap', 'context-engine']) {
      await create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } }).catch(() => undefined);
    }
    const hard = { 'limits.cpu': '500', 'limits.memory': '1Ti', 'requests.cpu': '200', pods: '100' };
    await create(policy('team', 'ResourceQuota', { hard }));
    await create(policy('team', 'LimitRange', { limits: [{ type: 'Container', maxLimitRequestRatio: { cpu: '4' } }] }));
  });
  after(async () => {
    for (const object of Object.values(wide))
      await controlPlane()
        .objects.delete(object)
        .catch(() => undefined);
    await removeNamespace(namespace);
  });

  const own = { memoryMcp: { resources: { cpu: '250m', cpuLimit: '1', memory: '512Mi', memoryLimit: '6Gi' } } };
  const pods = () => podsIn(planWith(cluster, { ...engine, ...own }));

  it('are refused while their classes are not there', async () => {
    const found = await refusals(pods());
    assert.equal(found.length, pods().length);
    for (const each of found) assert.match(each, /PriorityClass|RuntimeClass/);
  });

  it('are all taken: by Pod Security, by the quota over CPU limits and by the range of limits', async () => {
    for (const object of Object.values(wide)) await create(object as object);
    assert.deepEqual(await refusals(pods()), []);
  });

  it('are refused without limits, by the range and by the quota alone', async () => {
    const { cpuLimitRatio: _, ...rest } = cluster.pods;
    const unlimited = podsIn(planWith({ pods: rest }, engine));
    const said = async (words: RegExp) => {
      const found = await refusals(unlimited);
      assert.equal(found.length, unlimited.length);
      for (const each of found) assert.match(each, words);
    };
    await said(/no limit is specified/);
    await controlPlane().objects.delete({
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'team', namespace },
    });
    await said(/must specify limits\.cpu/);
  });

  it('are taken by Pod Security without a user of their own', async () => {
    const platform = { ...cluster.pods, runAsUser: 'platform' };
    const image = { memoryMcp: { pods: { runAsUser: 'image' } } };
    assert.deepEqual(await refusals(podsIn(planWith({ pods: platform }, { ...engine, ...image }))), []);
  });

  it('draw no warning in the workloads that make them', async () => {
    const plan = planWith(cluster, engine);
    const objects = plan.systems.flatMap((system) =>
      Object.values(system.objects).map(({ object }) => ({
        ...object,
        ...(object.kind === 'Namespace' ? {} : { metadata: { ...object.metadata, namespace } }),
      })),
    );
    assert.deepEqual(await apiWarnings(objects.filter(({ kind }) => kind !== 'Namespace') as never), []);
  });
});
