import assert from 'node:assert/strict';
import { FakeMemoryMcp } from './fake-memory-mcp';
import { migrated, SerenaTree } from './serena-tree';

/** Migrates many memories in one session, and again: nothing is written twice. */
export async function bringOver(count: number): Promise<void> {
  const tree = new SerenaTree();
  for (let i = 0; i < count; i++) tree.write('shop', `notes/${i}`, `note${i} subject${i}`);
  const server = await FakeMemoryMcp.started({});
  const once = () => migrated(tree, { ...tree.sources('shop'), global: false, url: server.url });
  try {
    for (const sessions of [1, 2]) {
      assert.equal((await once()).code, 0);
      assert.deepEqual([server.memories.size, server.counts.get('remember')], [count, count]);
      assert.equal(server.sessionsAsked, sessions);
    }
  } finally {
    await server.stop();
    tree.remove();
  }
}
