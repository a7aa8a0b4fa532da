import assert from 'node:assert/strict';
import { described } from '../../support/unit/context-engine';

function stepOf(serverName: string) {
  const server = described().operations.servers.find(({ name }) => name === serverName);
  const probe = server?.probe('7');
  assert.ok(probe);
  assert.deepEqual([probe.write, probe.change], [[], []]);
  const [step, ...more] = probe.read;
  assert.ok(step && more.length === 0);
  return step;
}

describe('what shows that a server of Context Engine works', () => {
  it('is a search of memory, with every argument that upstream requires, which leaves nothing behind', () => {
    const { call, problem } = stepOf('mcp-memory-http');
    assert.equal(call.tool, 'find');
    assert.match(String(call.arguments.query), /number 7$/);
    assert.deepEqual(call.arguments.kwargs, {});
    assert.equal(problem({ ok: true, results: [], count: 0 }), undefined);
    assert.equal(
      problem({ ok: false, error: 'no such collection' }),
      'answered {"ok":false,"error":"no such collection"}',
    );
  });

  it('is the number of points that the indexer knows', () => {
    const { call, problem } = stepOf('mcp-indexer-http');
    assert.deepEqual([call.tool, call.arguments], ['qdrant_status', {}]);
    assert.equal(problem({ collection: 'codebase', count: 5 }), undefined);
    assert.equal(problem({ error: 'Connection refused' }), 'Connection refused');
    assert.equal(problem('5'), 'answered "5"');
  });
});
