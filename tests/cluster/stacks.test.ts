import assert from 'node:assert/strict';
import type { V1PersistentVolumeClaim } from '@kubernetes/client-node';
import { describePlan } from '../../components/plan';
import type { Described } from '../../components/system/described';
import { nothingChanged, type OpenStack } from '../../operate/engine';
import { loadStack } from '../../operate/stack-file';
import {
  apiWarnings,
  ensureNamespace,
  live,
  openTestStack,
  projectDir,
  removeNamespace,
} from '../support/cluster/control-plane';

for (const [name, needs] of [
  ['goddess', ['argocd']],
  ['staging', []],
] as const) {
  describe(`stack ${name} on a real control plane`, () => {
    const [plan] = describePlan(loadStack(projectDir, name)).systems;
    assert.ok(plan);
    const described: Described[] = Object.values(plan.objects);
    let stack: OpenStack;

    before(async () => {
      for (const namespace of needs) await ensureNamespace(namespace);
      stack = await openTestStack(name, name);
    });
    after(async () => {
      await removeNamespace(plan.namespace);
      for (const namespace of needs) await removeNamespace(namespace);
    });

    it('creates exactly the plan, and everything becomes ready', async () => {
      const { changes, warnings } = await stack.up();
      assert.deepEqual(changes, { create: described.length + 3 });
      assert.deepEqual(warnings, []);
      for (const { object } of described) assert.ok(await live(object), `${object.kind} ${object.metadata.name}`);
    });

    it('gets its volume from the class of the stack', async () => {
      const object = described.find((candidate) => candidate.object.kind === 'PersistentVolumeClaim')?.object;
      assert.ok(object);
      const claim = await live<V1PersistentVolumeClaim>(object);
      assert.equal(claim?.status?.phase, 'Bound');
      assert.equal(claim.spec?.storageClassName, name === 'goddess' ? 'ceph-block' : 'standard-rwo');
    });

    it('draws no warning and no objection from the API server', async () => {
      assert.deepEqual(await apiWarnings(described.map(({ object }) => object)), []);
    });

    it('leaves nothing to fill in inside lists of custom resources, which Argo CD compares whole', async () => {
      for (const { object } of described.filter((each) => isCustomResource(each.object))) {
        const { metadata: _, ...content } = object;
        for (const [path, ours, theirs] of lists(content, await live(object))) {
          assert.deepEqual(theirs, ours, `${object.kind} ${object.metadata.name}${path}`);
        }
      }
    });

    it('changes nothing in a second run, and a refresh finds nothing', async () => {
      const again = await stack.up();
      assert.ok(nothingChanged(again.changes), JSON.stringify(again.changes));
      const { changes } = await stack.refresh();
      assert.ok(nothingChanged(changes), JSON.stringify(changes));
    });
  });
}

/** Groups of Kubernetes itself whose names look like those of custom resources. */
const ownGroups: readonly string[] = ['networking.k8s.io', 'rbac.authorization.k8s.io'];

function isCustomResource({ apiVersion }: Described['object']): boolean {
  const [group = ''] = apiVersion.split('/');
  return group.includes('.') && !ownGroups.includes(group);
}

/** Every outermost list of the first value: its path, itself, and what the second value has there. */
function* lists(ours: unknown, theirs: unknown, path = ''): Generator<readonly [string, unknown, unknown]> {
  if (Array.isArray(ours)) yield [path, ours, theirs];
  else if (typeof ours === 'object' && ours !== null) {
    for (const [key, value] of Object.entries(ours)) {
      yield* lists(value, (theirs as Record<string, unknown> | undefined)?.[key], `${path}.${key}`);
    }
  }
}
