import assert from 'node:assert/strict';
import type { V1Deployment, V1PersistentVolumeClaim } from '@kubernetes/client-node';
import { describeStack } from '../../components/stack';
import type { Described } from '../../components/system/described';
import { nothingChanged, type OpenStack } from '../../operate/engine';
import { loadStack } from '../../operate/stack-file';
import { apiWarnings, live, openTestStack, projectDir, removeNamespace } from '../support/cluster/control-plane';

describe('stack local on a real control plane', () => {
  const [plan] = describeStack(loadStack(projectDir, 'local')).systems;
  assert.ok(plan);
  const described: Described[] = Object.values(plan.objects);
  const find = (kind: string) => {
    const object = described.find((candidate) => candidate.object.kind === kind)?.object;
    assert.ok(object);
    return object;
  };
  const claim = () => live<V1PersistentVolumeClaim>(find('PersistentVolumeClaim'));
  const deployment = () => live<V1Deployment>(find('Deployment'));
  let stack: OpenStack;

  before(async () => {
    stack = await openTestStack('local', 'local');
  });
  after(() => removeNamespace(plan.namespace));

  it('previews exactly the plan, and creates nothing by it', async () => {
    const { changes, warnings } = await stack.preview();
    // Beside the objects: the stack, the provider and the component.
    assert.deepEqual(changes, { create: described.length + 3 });
    assert.deepEqual(warnings, []);
    assert.equal(await live(find('Namespace')), undefined);
  });

  it('creates exactly the plan, and everything becomes ready', async () => {
    const { changes, warnings } = await stack.up();
    assert.deepEqual(changes, { create: described.length + 3 });
    assert.deepEqual(warnings, []);
    for (const { object } of described) assert.ok(await live(object), `${object.kind} ${object.metadata.name}`);
    assert.equal((await deployment())?.status?.availableReplicas, 1);
    assert.equal((await claim())?.status?.phase, 'Bound');
  });

  it('tells where the server is and what a client needs', async () => {
    const { memoryMcp } = await stack.outputs();
    const url = 'http://memory-mcp.memory-mcp.svc.cluster.local:8080/mcp';
    assert.deepEqual(memoryMcp?.value, {
      namespace: 'memory-mcp',
      url,
      inClusterUrl: url,
      client: { mcpServers: { memory: { type: 'http', url } } },
    });
  });

  it('draws no warning and no objection from the API server', async () => {
    assert.deepEqual(await apiWarnings(described.map(({ object }) => object)), []);
  });

  it('changes nothing in a second run', async () => {
    const { changes } = await stack.up();
    assert.ok(nothingChanged(changes), JSON.stringify(changes));
  });

  it('finds nothing changed by a refresh', async () => {
    const { changes } = await stack.refresh();
    assert.ok(nothingChanged(changes), JSON.stringify(changes));
  });

  it('follows a changed configuration in the same process, and back', async () => {
    const { uid, resourceVersion } = (await deployment())?.metadata ?? {};
    const changed = await openTestStack('local', 'local', {
      'memory-fleet:memoryMcp': { server: { maxSessions: 7 } },
    });
    assert.equal((await changed.up()).changes.update, 1);
    const { env } = (await deployment())?.spec?.template.spec?.containers[0] ?? {};
    assert.equal(env?.find(({ name }) => name === 'MEMORY_MCP_MAX_SESSIONS')?.value, '7');

    stack = await openTestStack('local', 'local');
    assert.equal((await stack.up()).changes.update, 1);
    assert.equal((await deployment())?.metadata?.uid, uid);
    assert.notEqual((await deployment())?.metadata?.resourceVersion, resourceVersion);
  });

  it('creates nothing at all when the configuration has a problem', async () => {
    const broken = await openTestStack('local', 'broken', {
      'memory-fleet:memoryMcp': { namespace: { name: 'unborn' }, hostnme: 'x' },
    });
    await assert.rejects(broken.up(), /Pulumi\.local\.yaml: 1 problem\n\s+memoryMcp\.hostnme: no such key/);
    assert.equal(await live({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'unborn' } }), undefined);
  });

  it('refuses to destroy data, and keeps it when everything else goes', async () => {
    const before = await claim();
    await assert.rejects(stack.destroy(), /protect/);
    await stack.destroy({ excludeProtected: true });
    assert.equal(await deployment(), undefined);
    assert.equal((await claim())?.metadata?.uid, before?.metadata?.uid);
  });

  it('takes the data up again after everything else was destroyed', async () => {
    const before = await claim();
    await stack.up();
    const after = await claim();
    assert.equal(after?.metadata?.uid, before?.metadata?.uid);
    assert.equal(after?.spec?.volumeName, before?.spec?.volumeName);
    assert.equal((await deployment())?.status?.availableReplicas, 1);
  });

  it('takes over what is there when the state is lost', async () => {
    const before = await claim();
    const forgetful = await openTestStack('local', 'forgetful');
    const { changes } = await forgetful.up();
    assert.deepEqual(changes, { create: described.length + 3 });
    assert.equal((await claim())?.metadata?.uid, before?.metadata?.uid);
    assert.equal((await deployment())?.status?.availableReplicas, 1);
    const again = await forgetful.up();
    assert.ok(nothingChanged(again.changes), JSON.stringify(again.changes));
  });
});
