import assert from 'node:assert/strict';
import { nothingChanged, type OpenStack } from '../../../operate/engine';
import { live, openTestStack, removeNamespace } from './control-plane';
import { letGo } from './let-go';

const image = 'registry.example.org/pk-mcp:1';
const first = ['private', 'work', 'public'];
const gone = 'team-1';
const idOf = (name: string) => `pk-mcp-${name}`;

/** Three instances of Personal Knowledge MCP, so many more, and one less. */
export function instancesTests(more: number): void {
  const further = Array.from({ length: more }, (_, index) => `team-${index + 1}`);
  const state = 'instances';
  const opened = (names: readonly string[]): Promise<OpenStack> =>
    openTestStack('local', state, {
      'memory-fleet:memoryMcp': undefined,
      'memory-fleet:personalKnowledge': {
        instances: Object.fromEntries(names.map((name) => [name, { image, preset: 'dev' }])),
      },
    });

  after(() => Promise.all([...first, ...further].map((name) => removeNamespace(idOf(name)))));

  /** What tells that a workload of an instance is the same one, and has not been changed. */
  async function workloadsOf(name: string) {
    const workloads = ['pk-mcp-service', 'chromadb', 'postgres', 'falkordb'].map((workload) => ({
      apiVersion: 'apps/v1',
      kind: workload === 'pk-mcp-service' ? 'Deployment' : 'StatefulSet',
      metadata: { name: workload, namespace: idOf(name) },
    }));
    return Promise.all(
      workloads.map(async (workload) => {
        const found = await live<{ metadata: { uid?: string; generation?: number } } & typeof workload>(
          workload as never,
        );
        assert.ok(found, `${workload.metadata.name} of ${name}`);
        return [found.metadata.uid, found.metadata.generation];
      }),
    );
  }

  it('three come up, each in a namespace of its own', async () => {
    const { changes } = await (await opened(first)).up();
    assert.deepEqual(Object.keys(changes), ['create']);
    for (const name of first) assert.equal((await workloadsOf(name)).length, 4);
  });

  it(`${more} more change nothing of these`, async () => {
    const before = await Promise.all(first.map(workloadsOf));
    const { changes } = await (await opened([...first, ...further])).up();
    assert.deepEqual(
      Object.keys(changes).filter((key) => key !== 'create' && key !== 'same'),
      [],
    );
    assert.deepEqual(await Promise.all(first.map(workloadsOf)), before);
  });

  it('one goes only when its data have been let go, and then alone: its claims stay', async () => {
    const all = [...first, ...further];
    const without = all.filter((name) => name !== gone);
    await assert.rejects((await opened(without)).preview(), /protect/);
    const others = await Promise.all(without.map(workloadsOf));
    letGo(state, 'local', `::${idOf(gone)}-`);
    const { changes } = await (await opened(without)).up();
    assert.deepEqual(
      Object.keys(changes).filter((key) => key !== 'delete' && key !== 'same'),
      [],
    );
    assert.deepEqual(await Promise.all(without.map(workloadsOf)), others);
    const claim = { name: 'data-chromadb-0', namespace: idOf(gone) };
    assert.ok(await live({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: claim }));
    const deployment = { name: 'pk-mcp-service', namespace: idOf(gone) };
    assert.equal(await live({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: deployment }), undefined);
    assert.ok(nothingChanged((await (await opened(without)).up()).changes));
  });
}
