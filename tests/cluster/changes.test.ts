import assert from 'node:assert/strict';
import type { V1Deployment, V1PersistentVolumeClaim } from '@kubernetes/client-node';
import type { OpenStack } from '../../operate/engine';
import { ensureNamespace, eventually, live, openTestStack, removeNamespace } from '../support/cluster/control-plane';

const namespace = 'memory-mcp';
const deploymentName = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'memory-mcp', namespace } };
const claimName = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'memory-mcp-data', namespace },
};
const cluster = { gateway: { name: 'gw', proxies: { namespace: 'gateways' } } };

describe('a changed setting on a real control plane', () => {
  const settings = (memoryMcp: object, facts: object = {}): Promise<OpenStack> =>
    openTestStack('local', 'changes', {
      'memory-fleet:cluster': { ...cluster, ...facts },
      'memory-fleet:memoryMcp': memoryMcp,
    });
  const deployment = async () => (await live<V1Deployment>(deploymentName)) as V1Deployment;
  const claim = async () => (await live<V1PersistentVolumeClaim>(claimName)) as V1PersistentVolumeClaim;
  const base = { hostname: 'memories.example' };
  let first: { deployment: V1Deployment; claim: V1PersistentVolumeClaim };

  before(async () => {
    await (await settings(base)).up();
    first = { deployment: await deployment(), claim: await claim() };
  });
  after(() => removeNamespace(namespace));
  afterEach(async () => {
    // Whatever changes: the objects stay the same ones, above all the volume.
    assert.equal((await deployment()).metadata?.uid, first.deployment.metadata?.uid);
    assert.equal((await claim()).metadata?.uid, first.claim.metadata?.uid);
    assert.equal((await claim()).spec?.volumeName, first.claim.spec?.volumeName);
  });

  it('of the image rolls the pod in place', async () => {
    const image = 'ghcr.io/butterflyskies/memory-mcp:0.17.2';
    assert.equal((await (await settings({ ...base, image })).up()).changes.update, 1);
    const { spec, status } = await deployment();
    assert.equal(spec?.template.spec?.containers[0]?.image, image);
    assert.equal(status?.updatedReplicas, 1);
  });

  it('of the size grows the volume in place', async () => {
    const { changes } = await (await settings({ ...base, volume: { size: '2Gi' } })).up();
    assert.ok(!changes.replace && !changes.delete, JSON.stringify(changes));
    await eventually('the volume has grown', async () => (await claim()).status?.capacity?.storage === '2Gi');
  });

  it('of the host name changes the route, and the hosts that the server accepts', async () => {
    await (await settings({ hostname: 'elsewhere.example', volume: { size: '2Gi' } })).up();
    const args = (await deployment()).spec?.template.spec?.containers[0]?.args ?? [];
    assert.ok(args.includes('elsewhere.example') && !args.includes('memories.example'));
  });

  it('of the secret revision makes the pod read its token again', async () => {
    const before = (await deployment()).metadata?.generation;
    const token = { source: 'existing', secretRevision: 1 };
    const { changes } = await (await settings({ ...base, token, volume: { size: '2Gi' } })).up();
    assert.ok(!changes.replace, JSON.stringify(changes));
    assert.notEqual((await deployment()).metadata?.generation, before);
  });

  it('of the class is refused at preview, naming the volume', async () => {
    const other = await settings({ ...base, volume: { size: '2Gi', storageClass: 'ceph-block' } });
    await assert.rejects(other.preview(), /memory-mcp-volume.*protect/s);
    await assert.rejects(other.up(), /memory-mcp-volume.*protect/s);
  });

  it('of the namespace is refused at preview: the volume would not come along', async () => {
    const other = await settings({ ...base, volume: { size: '2Gi' }, namespace: { name: 'elsewhere' } });
    await assert.rejects(other.preview(), /protect/);
  });

  it('that takes the system away is refused at preview', async () => {
    const none = await openTestStack('local', 'changes', { 'memory-fleet:memoryMcp': undefined });
    await assert.rejects(none.preview(), /protect/);
  });

  it('of the cluster is refused before anything is planned', async () => {
    const uid = '00000000-0000-4000-8000-000000000000';
    const elsewhere = await settings({ ...base, volume: { size: '2Gi' } }, { uid });
    await assert.rejects(elsewhere.up(), /this stack belongs to the cluster whose kube-system has the uid 00000000/);
  });

  it('that names the right cluster is accepted', async () => {
    const kubeSystem = await live({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } });
    const here = await settings({ ...base, volume: { size: '2Gi' } }, { uid: kubeSystem?.metadata?.uid });
    const { changes } = await here.up();
    assert.ok(!changes.replace && !changes.delete, JSON.stringify(changes));
  });

  it('of the delivery to Argo CD alone is refused while the engine knows the objects, and harmless once it has forgotten them', async () => {
    const argocd = { mode: 'argocd', repoUrl: 'https://git.example/fleet.git' };
    const facts = { ...cluster, name: 'renamed', argocd };
    const overrides = { 'memory-fleet:cluster': facts, 'memory-fleet:memoryMcp': { ...base, volume: { size: '2Gi' } } };
    await assert.rejects((await openTestStack('local', 'changes', overrides)).preview(), /protect/);
    await ensureNamespace('argocd');
    // As after `pulumi stack rm --force --preserve-config`: the state is gone, and every object is still there.
    const { changes } = await (await openTestStack('local', 'forgotten', overrides)).up();
    assert.ok(!changes.delete && !changes.replace, JSON.stringify(changes));
    assert.ok(
      await live({
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { name: 'memory-mcp', namespace: 'argocd' },
      }),
    );
    await removeNamespace('argocd');
  });
});
