import assert from 'node:assert/strict';
import { PatchStrategy } from '@kubernetes/client-node';
import { execa } from 'execa';
import pRetry from 'p-retry';
import { engineObject, fieldManager } from '../../components/register/written';
import { describeStack, parseStack } from '../../components/stack';
import type { KubernetesObject } from '../../components/system/described';
import { encrypted } from '../../config/fields';
import { apply, connect } from '../../operate/cluster/api';
import { type Drift, isDrift } from '../../operate/commands/drift/finding';
import { driftReport } from '../../operate/commands/drift/report';
import { type DescribedStack, describedStack } from '../../operate/stack';
import { toolPath } from '../../operate/toolchain';
import { mergedCheckout } from '../support/cluster/checkout';
import { controlPlane, ensureNamespace, live, projectDir, removeNamespace } from '../support/cluster/control-plane';
import { foundDrifts } from '../support/cluster/drifts';

const namespace = 'memory-mcp';
const named = (apiVersion: string, kind: string, name = 'memory-mcp') => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
});
const deployment = named('apps/v1', 'Deployment');
const service = named('v1', 'Service');

const drifts = async (stack: DescribedStack) => (await foundDrifts(stack)).filter(isDrift);

/** What somebody does behind the program's back. */
const patch = (
  object: KubernetesObject,
  change: object,
  manager = 'kubectl-edit',
  strategy: PatchStrategy = PatchStrategy.MergePatch,
) =>
  controlPlane().objects.patch({ ...object, ...change } as never, undefined, undefined, manager, undefined, strategy);

const kubectl = (...args: string[]) => {
  const { cluster, tools } = controlPlane();
  return execa(toolPath(tools, 'kubectl'), ['-n', 'memory-mcp', ...args], { env: { KUBECONFIG: cluster.kubeconfig } });
};

const container = (change: object, manager?: string) =>
  patch(
    deployment,
    { spec: { template: { spec: { containers: [{ name: 'memory-mcp', ...change }] } } } },
    manager,
    PatchStrategy.StrategicMergePatch,
  );

/** Undoes every drift as an `up` does: it applies what is described. */
async function repair(stack: DescribedStack): Promise<void> {
  const described = stack.plan.systems.flatMap((system) => Object.values(system.objects));
  const items = described.map(({ awaited, object }) => engineObject(object, awaited));
  const { cluster, tools } = controlPlane();
  const args = ['apply', '--server-side', '--force-conflicts', `--field-manager=${fieldManager}`, '-f', '-'];
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await execa(toolPath(tools, 'kubectl'), args, { env: { KUBECONFIG: cluster.kubeconfig }, input });
}

describe('drift of stack goddess', () => {
  const stack = describedStack(projectDir, 'goddess');
  const writer = (drift: Drift | undefined) => drift?.by?.manager;

  before(async () => {
    await ensureNamespace('argocd');
    await (await (await mergedCheckout('fleet-drift', 'goddess')).open()).up();
  });
  after(async () => {
    await removeNamespace(namespace);
    await removeNamespace('argocd');
  });
  afterEach(() => repair(stack));

  it('is none after up', async () => {
    assert.deepEqual(await drifts(stack), []);
  });

  it('is an edited value, with its editor and the time', async () => {
    const before = new Date(Date.now() - 2000).toISOString();
    await patch(service, { spec: { selector: { app: 'somebody-else' } } });
    await container({ image: 'example.org/other:1' });
    const all = await drifts(stack);
    const selector = all.find(({ field }) => field === 'spec.selector.app');
    assert.equal(selector?.object, 'Service memory-mcp/memory-mcp');
    assert.equal(selector.kind, 'changed');
    assert.deepEqual([selector.described, selector.live], ['memory-mcp', 'somebody-else']);
    assert.equal(writer(selector), 'kubectl-edit');
    assert.equal(selector.by?.certain, true);
    assert.ok((selector.by?.time ?? '') >= before.slice(0, 19), selector.by?.time);
    const image = all.find(({ field }) => field?.endsWith('image'));
    assert.equal(image?.field, 'spec.template.spec.containers[name=memory-mcp].image');
    assert.equal(image.live, 'example.org/other:1');
    assert.deepEqual(
      all.filter((each) => each !== selector && each !== image),
      [],
    );
    await repair(stack);
    assert.deepEqual(await drifts(stack), []);
  });

  it('is a scaled Deployment, unless an autoscaler scales it', async () => {
    await patch(deployment, { spec: { replicas: 2 } }, 'kubectl-patch');
    assert.deepEqual((await drifts(stack)).map(writer), ['kubectl-patch']);
    await kubectl('scale', 'deployment/memory-mcp', '--replicas=0');
    const [scaled, ...others] = await drifts(stack);
    assert.deepEqual(others, []);
    assert.equal(scaled?.field, 'spec.replicas');
    // The API server takes the field from its owner and records nobody in its place.
    assert.deepEqual([scaled.described, scaled.live, writer(scaled)], [1, 0, undefined]);
    assert.match(
      JSON.stringify(driftReport(stack.name, { drifts: [scaled], compared: 1, seconds: 1 }, false)),
      /by somebody who is not recorded/,
    );

    const autoscaler = {
      ...named('autoscaling/v2', 'HorizontalPodAutoscaler', 'busy'),
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'memory-mcp' }, maxReplicas: 3 },
    };
    await controlPlane().objects.create(autoscaler);
    const owned = (await foundDrifts(stack)).find(({ field }) => field === 'spec.replicas');
    assert.equal(owned?.ownedBy, 'HorizontalPodAutoscaler busy');
    assert.deepEqual(await drifts(stack), []);
    await controlPlane().objects.delete(autoscaler);
  });

  it('is a removed label; who removed it is not recorded', async () => {
    await patch(service, { metadata: { ...service.metadata, labels: { 'app.kubernetes.io/name': null } } });
    const [removed, ...others] = await drifts(stack);
    assert.deepEqual(others, []);
    assert.equal(removed?.kind, 'removed');
    assert.equal(removed.field, 'metadata.labels["app.kubernetes.io/name"]');
    assert.equal(removed.described, 'memory-mcp');
    assert.notEqual(removed.by?.certain, true);
  });

  it('is a field that somebody adds, and no value of it that may be a secret', async () => {
    await container({ env: [{ name: 'SOME_API_TOKEN', value: 'ghp_abcdef' }] }, 'lens');
    await patch(deployment, { metadata: { ...deployment.metadata, annotations: { 'example.org/owner': 'me' } } });
    await patch(deployment, { spec: { template: { spec: { dnsPolicy: 'Default' } } } });
    const all = await drifts(stack);
    const env = all.find(({ field }) => field?.includes('env['));
    assert.equal(writer(env), 'lens');
    assert.ok(!JSON.stringify(all).includes('ghp_abcdef'), JSON.stringify(all));
    const annotation = all.find(({ field }) => field === 'metadata.annotations["example.org/owner"]');
    assert.deepEqual([annotation?.kind, annotation?.live, writer(annotation)], ['added', 'me', 'kubectl-edit']);
    const policy = all.find(({ field }) => field === 'spec.template.spec.dnsPolicy');
    assert.deepEqual(
      [policy?.described, policy?.live],
      ['ClusterFirst', 'Default'],
      'the default is what is described',
    );
    assert.equal(all.length, 3, JSON.stringify(all));

    await patch(deployment, { metadata: { ...deployment.metadata, annotations: { 'example.org/owner': null } } });
    await patch(deployment, { spec: { template: { spec: { dnsPolicy: null } } } });
    await kubectl('set', 'env', 'deployment/memory-mcp', 'SOME_API_TOKEN-');
    await repair(stack);
    assert.deepEqual(await drifts(stack), []);
  });

  it('is none where somebody restarts the pods, or Argo CD marks what it tracks', async () => {
    const restarted = { 'kubectl.kubernetes.io/restartedAt': '2026-11-21T12:00:00Z' };
    await patch(deployment, { spec: { template: { metadata: { annotations: restarted } } } }, 'kubectl-rollout');
    const tracking = { 'argocd.argoproj.io/tracking-id': 'memory-mcp:apps/Deployment:memory-mcp/memory-mcp' };
    await patch(deployment, { metadata: { ...deployment.metadata, annotations: tracking } }, 'argocd-controller');
    const owners = (await foundDrifts(stack))
      .filter(({ object }) => object.startsWith('Deployment'))
      .map(({ ownedBy }) => ownedBy);
    assert.deepEqual(owners.sort(), ['Argo CD', 'kubectl rollout restart']);
    assert.deepEqual(await drifts(stack), []);
  });

  it('is none where Argo CD applies the same objects, defaults and all', async () => {
    const labelled = async (object: KubernetesObject) => {
      const current = await live(object);
      const labels = { ...current?.metadata?.labels, 'app.kubernetes.io/instance': 'memory-mcp' };
      const changed = { ...current, metadata: { ...current?.metadata, labels } };
      await controlPlane().objects.replace(changed as never, undefined, undefined, 'argocd-controller');
    };
    for (const { object } of Object.values(stack.plan.systems[0]?.objects ?? {})) {
      if (object.kind === 'Application') continue;
      // A controller may write in between, which makes it a conflict.
      await pRetry(() => labelled(object), { retries: 4, minTimeout: 100 });
    }
    assert.deepEqual(await drifts(stack), []);
  });

  it('is a deleted object', async () => {
    const policy = named('networking.k8s.io/v1', 'NetworkPolicy', 'memory-mcp-default-deny');
    await controlPlane().objects.delete(policy);
    const [missing, ...others] = await drifts(stack);
    assert.deepEqual(others, []);
    assert.deepEqual([missing?.kind, missing?.object], ['missing', 'NetworkPolicy memory-mcp/memory-mcp-default-deny']);
    const report = driftReport('goddess', { drifts: [missing as Drift], compared: 1, seconds: 1 }, false);
    assert.equal(report.findings[0]?.status, 'missing');
  });

  it('is an object of ours that the plan does not have', async () => {
    const labels = { 'app.kubernetes.io/part-of': 'memory-fleet' };
    const api = await connect(controlPlane().cluster.kubeconfig);
    const labelled = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'former', namespace: 'default', labels },
    };
    await apply(api, '/api/v1/namespaces/default/configmaps', labelled);
    const path = `/api/v1/namespaces/${namespace}/configmaps/written?fieldManager=${fieldManager}`;
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'written', namespace }, data: { a: 'b' } };
    await api.send('PATCH', path, { body, contentType: 'application/apply-patch+yaml' });
    const all = await drifts(stack);
    for (const each of [labelled, body]) await controlPlane().objects.delete(each);
    assert.deepEqual(all.map(({ kind, object }) => `${kind} ${object}`).sort(), [
      'extra ConfigMap default/former',
      'extra ConfigMap memory-mcp/written',
    ]);
  });

  it('tells of a Secret from the encrypted configuration by its keys and its writer, never by a value', async () => {
    const raw = { memoryMcp: { token: { source: 'config' } }, secrets: { memoryMcp: { token: encrypted } } };
    const config = parseStack(raw, 'local');
    const withToken: DescribedStack = { name: 'local', config, plan: describeStack(config) };
    const secrets = async () => (await drifts(withToken)).filter(({ object }) => object.startsWith('Secret '));
    const token = withToken.plan.systems[0]?.objects.token?.object;
    assert.ok(token);
    const metadata = engineObject(token).metadata;
    const api = await connect(controlPlane().cluster.kubeconfig);
    const path = `/api/v1/namespaces/${namespace}/secrets/${metadata.name}?fieldManager=${fieldManager}&force=true`;
    const body = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData: { token: 'ghp_first' } };
    await api.send('PATCH', path, { body, contentType: 'application/apply-patch+yaml' });
    assert.deepEqual(await secrets(), []);

    const secret = named('v1', 'Secret', metadata.name);
    // Times are recorded to the second.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await patch(secret, { stringData: { token: 'ghp_second', more: 'ghp_third' } });
    const changed = await secrets();
    assert.deepEqual(
      changed.map(({ kind, field }) => `${kind} ${field}`),
      ['changed data.token', 'added data.more'],
    );
    assert.ok(changed.every((drift) => writer(drift) === 'kubectl-edit'));
    assert.ok(!/ghp_|Z2hw/.test(JSON.stringify(changed)), JSON.stringify(changed));

    await patch(secret, { data: { token: null, more: null } });
    const [removed] = await secrets();
    assert.deepEqual([removed?.kind, removed?.field], ['removed', 'data.token']);
    await controlPlane().objects.delete(secret);
  });

  it('is found without leaving anything behind', async () => {
    const before = await live(deployment);
    await foundDrifts(stack);
    assert.equal((await live(deployment))?.metadata?.resourceVersion, before?.metadata?.resourceVersion);
    assert.equal(await live(named('v1', 'Service', 'memory-mcp-as-described')), undefined);
  });
});
