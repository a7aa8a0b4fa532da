import assert from 'node:assert/strict';
import { type KubernetesObject, PatchStrategy, type V1Deployment, type V1Service } from '@kubernetes/client-node';
import { nothingChanged, type OpenStack } from '../../operate/engine';
import { controlPlane, eventually, live, openTestStack, removeNamespace } from '../support/cluster/control-plane';

const namespace = 'memory-mcp';
const named = (apiVersion: string, kind: string, name = 'memory-mcp') => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
});
const deployment = named('apps/v1', 'Deployment');
const service = named('v1', 'Service');
const account = named('v1', 'ServiceAccount');
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

  const edited = async () => {
    await patch(service, { spec: { selector: { app: 'somebody-else' } } });
    await controlPlane().objects.patch(
      {
        ...deployment,
        spec: { template: { spec: { containers: [{ name: 'memory-mcp', image: 'example.org/other:1' }] } } },
      } as KubernetesObject,
      undefined,
      undefined,
      'kubectl-edit',
      undefined,
      PatchStrategy.StrategicMergePatch,
    );
    await patch(account, { metadata: { ...account.metadata, labels: { 'app.kubernetes.io/name': null } } });
    const privileged = { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } };
    await patch({ apiVersion: 'v1', kind: 'Namespace' }, { metadata: privileged });
    await controlPlane().objects.delete(policy);
  };
  const scaledOrGone = async () => {
    await patch(deployment, { spec: { replicas: 0 } });
    await controlPlane().objects.delete(account);
  };
  const gone = () => controlPlane().objects.delete(deployment);

  /** What is as described again, by name. */
  const asDescribed = async () => {
    const { spec, status } = (await live<V1Deployment>(deployment)) ?? {};
    const itself = await live({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    return {
      selector: (await live<V1Service>(service))?.spec?.selector?.app === 'memory-mcp',
      image: spec?.template.spec?.containers[0]?.image === 'ghcr.io/butterflyskies/memory-mcp:0.17.1',
      label: (await live(account))?.metadata?.labels?.['app.kubernetes.io/name'] === 'memory-mcp',
      level: itself?.metadata?.labels?.['pod-security.kubernetes.io/enforce'] === 'restricted',
      policy: (await live(policy)) !== undefined,
      pod: status?.availableReplicas === 1,
    };
  };
  type Part = keyof Awaited<ReturnType<typeof asDescribed>>;

  // What the engine does about each object is independent of the others, so one operation shows it of several.
  const cases: readonly [
    what: string,
    happens: () => Promise<unknown>,
    parts: readonly Part[],
    objects: readonly string[],
  ][] = [
    [
      'edited fields, a removed label, a lowered Pod Security level and a deleted policy are',
      edited,
      ['selector', 'image', 'label', 'level', 'policy'],
      ['service', 'deployment', 'serviceAccount', 'namespace', 'policyDefaultDeny'],
    ],
    ['a scaled Deployment and a deleted account are', scaledOrGone, ['pod', 'label'], ['deployment', 'serviceAccount']],
    ['a deleted Deployment is', gone, ['image', 'pod'], ['deployment']],
  ];

  for (const [what, happens, parts, objects] of cases) {
    it(`${what} seen by a preview and repaired by up`, async () => {
      await happens();
      await eventually('the drift has happened', async () => {
        const found = await asDescribed();
        return parts.every((part) => !found[part]);
      });
      assert.deepEqual(await touched(), objects.map((name) => `memory-mcp-${name}`).sort());
      const { changes } = await stack.up();
      assert.ok(!changes.replace, JSON.stringify(changes));
      assert.ok(Object.values(await asDescribed()).every(Boolean), JSON.stringify(await asDescribed()));
      assert.ok(nothingChanged((await stack.up()).changes));
    });
  }

  /** The objects that a preview would write. */
  async function touched(): Promise<string[]> {
    const names = new Set<string>();
    await stack.preview({
      onEvent: ({ resourcePreEvent }) => {
        const { op = 'same', urn = '' } = resourcePreEvent?.metadata ?? {};
        if (!['same', 'refresh', 'read'].includes(op)) names.add(urn.split('::').at(-1) ?? '');
      },
    });
    return [...names].sort();
  }
});
