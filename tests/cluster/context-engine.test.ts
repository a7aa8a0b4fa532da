import assert from 'node:assert/strict';
import type { V1Deployment, V1PersistentVolumeClaim } from '@kubernetes/client-node';
import { describePlan } from '../../components/plan';
import type { KubernetesObject } from '../../components/system/described';
import type { PlannedObject } from '../../components/system/planned-object';
import { nothingChanged, type OpenStack } from '../../operate/engine';
import { loadStack } from '../../operate/stack-file';
import { podOf } from '../../policies/pods';
import {
  apiWarnings,
  controlPlane,
  eventually,
  everySystem,
  live,
  openTestStack,
  projectDir,
  removeNamespace,
} from '../support/cluster/control-plane';

const image = 'registry.example.org/context-engine:1';

/** The objects of Context Engine in a stack. */
function objectsOf(stack: string) {
  const system = describePlan(loadStack(projectDir, stack)).systems.find(({ name }) => name === 'context-engine');
  assert.ok(system);
  return Object.values(system.objects).map(({ object }) => object);
}

for (const [name, classes] of [
  ['local', { ReadWriteOnce: 'standard' }],
  ['lab', { ReadWriteOnce: 'local-path', ReadWriteMany: 'nfs-client' }],
] as const) {
  describe(`Context Engine of stack ${name} on a real control plane`, () => {
    const objects = objectsOf(name);
    let stack: OpenStack;

    before(async () => {
      // Of stack local only this system: others run beside it.
      const overrides = name === 'local' ? { ...everySystem(name), 'memory-fleet:memoryMcp': undefined } : {};
      stack = await openTestStack(name, `context-engine-${name}`, overrides);
    });
    after(() => removeNamespace('context-engine'));

    it('creates exactly the plan, and everything becomes ready', async () => {
      const [{ changes, warnings }] = await Promise.all([stack.up(), ...foreignClaims(objects).map(provide)]);
      // Beside the objects: the stack, the provider and the component.
      assert.deepEqual(changes, { create: objects.length + 3 });
      assert.deepEqual(warnings, []);
      for (const object of objects) assert.ok(await live(object), `${object.kind} ${object.metadata.name}`);
      for (const object of objects.filter(({ kind }) => kind === 'Deployment')) {
        assert.equal((await live<V1Deployment>(object))?.status?.availableReplicas, 1, object.metadata.name);
      }
    });

    it('gets every volume from the class that the cluster has for it', async () => {
      for (const object of objects.filter(({ kind }) => kind === 'PersistentVolumeClaim')) {
        const claim = await live<V1PersistentVolumeClaim>(object);
        const [mode] = claim?.spec?.accessModes ?? [];
        assert.equal(claim?.status?.phase, 'Bound', object.metadata.name);
        assert.equal(claim.spec?.storageClassName, classes[mode as keyof typeof classes], object.metadata.name);
      }
    });

    it('draws no warning and no objection from the API server', async () => {
      assert.deepEqual(await apiWarnings(objects), []);
    });

    it('changes nothing in a second run, and a refresh finds nothing', async () => {
      const again = await stack.up();
      assert.ok(nothingChanged(again.changes), JSON.stringify(again.changes));
      const { changes } = await stack.refresh();
      assert.ok(nothingChanged(changes), JSON.stringify(changes));
    });
  });
}

/** Claims that pods mount and that somebody else makes. */
function foreignClaims(objects: readonly PlannedObject[]): string[] {
  const own = objects.filter(({ kind }) => kind === 'PersistentVolumeClaim').map(({ metadata }) => metadata.name);
  const mounted = objects.flatMap((object) =>
    (podOf(object)?.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []),
  );
  return [...new Set(mounted)].filter((name) => !own.includes(name));
}

/** Makes a claim as soon as its namespace is there. */
async function provide(name: string): Promise<void> {
  const namespace = 'context-engine';
  const exists = async () =>
    Boolean(await live({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }));
  await eventually('the namespace is there', exists, 120);
  const spec = {
    accessModes: ['ReadWriteMany'],
    resources: { requests: { storage: '1Gi' } },
    storageClassName: 'nfs-client',
  };
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace }, spec };
  await controlPlane().objects.create(claim as KubernetesObject);
}

describe('Context Engine with 25 repositories on a real control plane', () => {
  const namespace = 'repositories';
  const repository = (index: number, more: object = {}) => ({
    source: 'git',
    name: `repository-${index}`,
    url: `https://git.example.org/repository-${index}.git`,
    ...more,
  });
  const all = Array.from({ length: 25 }, (_, index) => repository(index + 1));
  const open = (repositories: readonly object[]) =>
    openTestStack('lab', 'repositories', {
      'memory-fleet:contextEngine': JSON.stringify({
        namespace: { name: namespace },
        image,
        preset: 'core',
        repositories,
      }),
    });
  const versions = async () => {
    const { items } = await list(namespace);
    return new Map(items.map(({ kind, metadata }) => [`${kind} ${metadata?.name}`, metadata?.uid]));
  };

  after(() => removeNamespace(namespace));

  it('has a job, a watcher and a policy of each', async () => {
    await (await open(all)).up();
    const names = [...(await versions()).keys()];
    assert.equal(names.filter((name) => name.startsWith('Job index-repository-')).length, 25);
    assert.equal(names.filter((name) => name.startsWith('Deployment watcher-repository-')).length, 25);
  });

  it('removes one without an update of anything else', async () => {
    const before = await versions();
    const { changes } = await (await open(all.filter(({ name }) => name !== 'repository-7'))).up();
    const { same, ...others } = changes;
    assert.ok(same && same > 75);
    assert.deepEqual(others, { delete: 3 });
    const after = await versions();
    const gone = [...before.keys()].filter((name) => !after.has(name));
    assert.equal(gone.length, 3);
    assert.ok(gone.every((name) => name.includes('repository-7')));
  });

  it('puts a new job in the place of one whose repository has changed, and leaves the others alone', async () => {
    const before = await versions();
    const changed = all.filter(({ name }) => name !== 'repository-7');
    changed[0] = repository(1, { ref: 'v2' });
    const { changes } = await (await open(changed)).up();
    const { same: _, ...others } = changes;
    assert.deepEqual(others, { update: 1, replace: 1 });
    const after = await versions();
    const jobs = [...after.keys()].filter((name) => name.startsWith('Job index-repository-1-'));
    assert.equal(jobs.length, 1);
    assert.ok(!before.has(jobs[0] ?? ''));
  });
});

/** Every workload and policy of a namespace. */
async function list(namespace: string) {
  const kinds = [
    { apiVersion: 'batch/v1', kind: 'Job' },
    { apiVersion: 'apps/v1', kind: 'Deployment' },
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  ];
  const lists = await Promise.all(
    kinds.map(async ({ apiVersion, kind }) => {
      const { items } = await controlPlane().objects.list(apiVersion, kind, namespace);
      return items.map((item) => ({ ...item, kind }));
    }),
  );
  return { items: lists.flat() };
}
