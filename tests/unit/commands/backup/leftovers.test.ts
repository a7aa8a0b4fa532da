import assert from 'node:assert/strict';
import { describeMemoryMcp } from '../../../../components/memory-mcp/objects';
import { parseStack } from '../../../../components/stack';
import type { Api } from '../../../../operate/cluster/api';
import { clearLeftovers, leftoversOf } from '../../../../operate/commands/backup/git/drill/leftovers';
import { endsAnnotation } from '../../../../operate/commands/backup/git/drill/scratch';

const { memoryMcp, cluster } = parseStack({ memoryMcp: {} }, 'test');
if (!memoryMcp) throw new Error('no memory-mcp');
const system = describeMemoryMcp(memoryMcp, cluster);
const now = new Date('2026-05-01T12:00:00Z');

/** A cluster with these namespaces: the moment at which the drill of each is over. */
function clusterWith(namespaces: Readonly<Record<string, string>>): Api & { readonly names: Set<string> } {
  const names = new Set(Object.keys(namespaces));
  const items = Object.entries(namespaces).map(([name, ends]) => ({
    metadata: { name, annotations: { [endsAnnotation]: ends } },
  }));
  const send: Api['send'] = async (method, path) => {
    if (path.includes('?')) return { status: 200, body: JSON.stringify({ items }) };
    const name = path.split('/').at(-1) ?? '';
    if (method === 'DELETE') names.delete(name);
    return { status: names.has(name) ? 200 : 404, body: '{}' };
  };
  return { server: 'https://cluster.test', send, names };
}

describe('what other drills have left', () => {
  const two = { over: '2026-05-01T11:59:59Z', running: '2026-05-01T12:30:00Z' };

  it('is over by its own word', async () => {
    assert.deepEqual(await leftoversOf(clusterWith(two), system, now), [
      { name: 'over', over: true },
      { name: 'running', over: false },
    ]);
  });

  it('is removed where it must be over, and else left alone and named', async () => {
    const api = clusterWith(two);
    const findings = await clearLeftovers(api, await leftoversOf(api, system, now), { yes: false, ask: false });
    assert.deepEqual([...api.names], ['running']);
    assert.deepEqual(
      findings.map(({ subject, status }) => [subject, status]),
      [
        ['namespace over', 'ok'],
        ['namespace running', 'warning'],
      ],
    );
    assert.match(findings[1]?.remedy ?? '', /--yes/);
  });

  it('is removed whatever it is, where the operator said so', async () => {
    const api = clusterWith(two);
    await clearLeftovers(api, await leftoversOf(api, system, now), { yes: true, ask: false });
    assert.deepEqual([...api.names], []);
  });
});
