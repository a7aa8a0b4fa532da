import assert from 'node:assert/strict';
import { controlPlane, openTestStack, removeNamespace } from '../support/cluster/control-plane';

describe('Context Engine with several repositories on a real control plane', () => {
  const namespace = 'repositories';
  const count = 6;
  const repository = (index: number, more: object = {}) => ({
    source: 'git',
    name: `repository-${index}`,
    url: `https://git.example.org/repository-${index}.git`,
    ...more,
  });
  const all = Array.from({ length: count }, (_, index) => repository(index + 1));
  const open = (repositories: readonly object[]) =>
    openTestStack('lab', 'repositories', {
      'memory-fleet:contextEngine': JSON.stringify({
        namespace: { name: namespace },
        image: 'registry.example.org/context-engine:1',
        preset: 'core',
        repositories,
      }),
    });
  const uids = async () => {
    const items = await list(namespace);
    return new Map(items.map(({ kind, metadata }) => [`${kind} ${metadata?.name}`, metadata?.uid]));
  };

  after(() => removeNamespace(namespace));

  it('has a job, a watcher and a policy of each', async () => {
    await (await open(all)).up();
    const names = [...(await uids()).keys()];
    assert.equal(names.filter((name) => name.startsWith('Job index-repository-')).length, count);
    assert.equal(names.filter((name) => name.startsWith('Deployment watcher-repository-')).length, count);
  });

  it('removes one without an update of anything else, and makes the job of a changed one anew', async () => {
    const before = await uids();
    const changed = all.filter(({ name }) => name !== 'repository-4');
    changed[0] = repository(1, { ref: 'v2' });
    const { changes } = await (await open(changed)).up();
    const { same: _, ...others } = changes;
    // Gone: a job, a watcher and a policy. The watcher of the changed one is updated, its job has another name.
    assert.deepEqual(others, { delete: 3, update: 1, replace: 1 });
    const after = await uids();
    const gone = [...before.keys()].filter((name) => !after.has(name));
    assert.deepEqual(gone.filter((name) => name.includes('repository-4')).length, 3);
    assert.deepEqual(gone.filter((name) => name.startsWith('Job index-repository-1-')).length, 1);
    assert.equal(gone.length, 4);
    const jobs = [...after.keys()].filter((name) => name.startsWith('Job index-repository-1-'));
    assert.equal(jobs.length, 1);
    assert.ok(!before.has(jobs[0] ?? ''));
    const kept = [...after].filter(([name]) => before.has(name));
    assert.ok(kept.every(([name, uid]) => before.get(name) === uid));
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
  return lists.flat();
}
