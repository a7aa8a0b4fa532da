import assert from 'node:assert/strict';
import { nothingChanged } from '../../operate/engine';
import { live, openTestStack, removeNamespace } from '../support/cluster/control-plane';
import { letGo } from '../support/cluster/let-go';

const namespace = 'pk-mcp-graphs';
const state = 'knowledge-graph';

describe('another graph of an instance of Personal Knowledge MCP, on a real control plane', () => {
  const opened = (kind: string) =>
    openTestStack('local', state, {
      'memory-fleet:memoryMcp': undefined,
      'memory-fleet:personalKnowledge': {
        instances: { graphs: { image: 'registry.example.org/pk-mcp:1', preset: 'dev', graph: { kind } } },
      },
    });
  const uidOf = async (kind: string, name: string) => {
    const apiVersion = kind === 'StatefulSet' ? 'apps/v1' : 'v1';
    const found = await live<{ metadata: { uid?: string } } & Parameters<typeof live>[0]>({
      ...{ apiVersion, kind, metadata: { name, namespace } },
    } as never);
    return found?.metadata.uid;
  };
  after(() => removeNamespace(namespace));

  it('is refused while the data of the one before are protected, in the words of the engine', async () => {
    await (await opened('falkordb')).up();
    await assert.rejects(
      (await opened('neo4j')).preview(),
      /falkordbStorage" cannot be deleted\s+because it is protected[\s\S]*pulumi state unprotect/,
    );
  });

  it('takes the place of the one before once its data have been let go, which stay all the same', async () => {
    const before = [await uidOf('PersistentVolumeClaim', 'data-falkordb-0'), await uidOf('StatefulSet', 'chromadb')];
    letGo(state, 'local', 'falkordbStorage');
    await (await opened('neo4j')).up();
    assert.deepEqual(
      [await uidOf('PersistentVolumeClaim', 'data-falkordb-0'), await uidOf('StatefulSet', 'chromadb')],
      before,
    );
    assert.equal(await uidOf('StatefulSet', 'falkordb'), undefined);
    for (const kind of ['StatefulSet', 'Service']) assert.ok(await uidOf(kind, 'neo4j'), kind);
    assert.ok(await uidOf('PersistentVolumeClaim', 'data-neo4j-0'));
    assert.ok(nothingChanged((await (await opened('neo4j')).up()).changes));
  });

  it('comes back with the data that it had', async () => {
    const claim = await uidOf('PersistentVolumeClaim', 'data-falkordb-0');
    letGo(state, 'local', 'neo4jStorage');
    await (await opened('falkordb')).up();
    assert.equal(await uidOf('PersistentVolumeClaim', 'data-falkordb-0'), claim);
    assert.ok(await uidOf('StatefulSet', 'falkordb'));
  });
});
