import assert from 'node:assert/strict';
import { openSession, type Session } from '../support/contract/client';
import { obtainMemoryMcp } from '../support/contract/memory-mcp-build';
import { orSkip } from '../support/contract/missing';
import { Pod } from '../support/contract/server';

/** What clients and our own migration rely on; the names are in the reference's table. */
describe('the tools of the real memory-mcp', function () {
  this.timeout(120_000);
  let pod: Pod;
  let session: Session;

  before(async function () {
    this.timeout(0);
    pod = await Pod.started({ memoryMcp: await orSkip(this, obtainMemoryMcp) });
    session = await openSession(pod.url());
  });
  after(async () => {
    await session?.close();
    await pod?.remove();
  });

  it('are the ones that the client is told of', async () => {
    const { tools } = await session.client.listTools();
    assert.deepEqual(tools.map(({ name }) => name).sort(), [
      ...['batch_mark_applied', 'edit', 'forget', 'list', 'mark_applied', 'move', 'read', 'recall', 'recall_stats'],
      ...['remember', 'sync'],
    ]);
  });

  it('remember and read the same content, tags and source', async () => {
    const memory = {
      name: 'build/cache',
      scope: 'fleet',
      content: '# Cache\n\nKeep it warm.',
      tags: ['ci'],
      source: 's',
    };
    const { id, ...remembered } = await session.call('remember', memory);
    assert.deepEqual(remembered, { name: memory.name, scope: memory.scope });
    const { created_at, updated_at, ...read } = await session.call('read', { name: memory.name, scope: memory.scope });
    assert.deepEqual(read, { id, ...memory });
    assert.ok(created_at && updated_at);
  });

  it('recall by words, below a scope and everywhere', async () => {
    for (const scope of ['fleet', 'all']) {
      const { results } = await session.call('recall', { query: 'warm cache', scope });
      assert.deepEqual(
        (results as { name: string }[]).map(({ name }) => name),
        ['build/cache'],
      );
    }
  });

  it('list page by page, until there is no cursor', async () => {
    for (const name of ['one', 'two', 'three']) await session.call('remember', { name, scope: 'pages', content: name });
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await session.call('list', {
        scope: 'pages',
        limit: 2,
        fields: ['name'],
        ...(cursor && { cursor }),
      });
      names.push(...(page.memories as { name: string }[]).map(({ name }) => name));
      cursor = page.next_cursor as string | undefined;
    } while (cursor);
    assert.deepEqual(names, ['one', 'three', 'two']);
  });

  it('move to another scope, and refuse a name that is taken', async () => {
    await session.call('remember', { name: 'plan', scope: 'from', content: 'moved' });
    await session.call('move', { name: 'plan', from_scope: 'from', to_scope: 'to', new_name: 'final' });
    assert.equal((await session.call('read', { name: 'final', scope: 'to' })).content, 'moved');
    await assert.rejects(session.call('read', { name: 'plan', scope: 'from' }), { code: -32602 });
    await session.call('remember', { name: 'plan', scope: 'from', content: 'again' });
    await assert.rejects(session.call('move', { name: 'plan', from_scope: 'from', to_scope: 'to', new_name: 'final' }));
  });

  it('forget for good', async () => {
    await session.call('remember', { name: 'gone', content: 'soon' });
    assert.equal(await session.text('forget', { name: 'gone' }), 'ok');
    await assert.rejects(session.call('read', { name: 'gone' }), { code: -32602 });
  });

  it('refuse a scope of the old form, naming what is wrong', async () => {
    await assert.rejects(session.call('remember', { name: 'x', scope: 'project:x', content: 'x' }), {
      code: -32602,
      message: /project:x/,
    });
  });
});
