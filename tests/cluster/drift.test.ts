import assert from 'node:assert/strict';
import { type KubernetesObject, PatchStrategy, type V1Deployment, type V1Service } from '@kubernetes/client-node';
import { nothingChanged, type OpenStack } from '../../operate/engine';
import { controlPlane, live, openTestStack, removeNamespace } from '../support/cluster/control-plane';

const namespace = 'memory-mcp';
const named = (apiVersion: string, kind: string, name = 'memory-mcp') => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
});
const deployment = named('apps/v1', 'Deployment');
const service = named('v1', 'Service');
const policy = named('networking.k8s.io/v1', 'NetworkPolicy', 'memory-mcp-default-deny');

describe('drift on a real control plane', () => {
  let stack: OpenStack;

  before(async () => {
    stack = await openTestStack('local', 'drift');
    await stack.up();
  });
  after(() => removeNamespace(namespace));

  /** What somebody does with kubectl behind the program's back. */
  const patch = (object: KubernetesObject, change: object) =>
    controlPlane().objects.patch(
      { ...object, ...change },
      undefined,
      undefined,
      'kubectl-edit',
      undefined,
      PatchStrategy.MergePatch,
    );

  const cases: [string, () => Promise<unknown>, () => Promise<boolean>][] = [
    [
      'an edited field',
      () => patch(service, { spec: { selector: { app: 'somebody-else' } } }),
      async () => (await live<V1Service>(service))?.spec?.selector?.app === 'memory-mcp',
    ],
    [
      'an edited image',
      () =>
        controlPlane().objects.patch(
          {
            ...deployment,
            spec: { template: { spec: { containers: [{ name: 'memory-mcp', image: 'example.org/other:1' }] } } },
          } as KubernetesObject,
          undefined,
          undefined,
          'kubectl-edit',
          undefined,
          PatchStrategy.StrategicMergePatch,
        ),
      async () => {
        const object = await live<V1Deployment>(deployment);
        return object?.spec?.template.spec?.containers[0]?.image === 'ghcr.io/butterflyskies/memory-mcp:0.17.1';
      },
    ],
    [
      'a scaled Deployment',
      () => patch(deployment, { spec: { replicas: 0 } }),
      async () => (await live<V1Deployment>(deployment))?.spec?.replicas === 1,
    ],
    [
      'a removed label',
      () => patch(deployment, { metadata: { ...deployment.metadata, labels: { 'app.kubernetes.io/name': null } } }),
      async () => (await live<V1Deployment>(deployment))?.metadata?.labels?.['app.kubernetes.io/name'] === 'memory-mcp',
    ],
    [
      'a lowered Pod Security level',
      () =>
        patch(
          { apiVersion: 'v1', kind: 'Namespace' },
          { metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } },
        ),
      async () => {
        const object = await live({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
        return object?.metadata?.labels?.['pod-security.kubernetes.io/enforce'] === 'restricted';
      },
    ],
    ['a deleted policy', () => controlPlane().objects.delete(policy), async () => (await live(policy)) !== undefined],
    [
      'a deleted Deployment',
      () => controlPlane().objects.delete(deployment),
      async () => (await live<V1Deployment>(deployment))?.status?.availableReplicas === 1,
    ],
  ];

  for (const [what, happens, repaired] of cases) {
    it(`${what} is seen by a preview and repaired by up`, async () => {
      await happens();
      assert.equal(await repaired(), false, 'the drift has happened');
      const preview = await stack.preview();
      assert.ok(!nothingChanged(preview.changes), JSON.stringify(preview.changes));
      const { changes } = await stack.up();
      assert.ok(!changes.replace, JSON.stringify(changes));
      assert.equal(await repaired(), true);
      assert.ok(nothingChanged((await stack.up()).changes));
    });
  }
});
