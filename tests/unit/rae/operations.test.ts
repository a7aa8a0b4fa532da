import assert from 'node:assert/strict';
import { claudeEntry } from '../../../operate/commands/client/entries';
import { clientServers } from '../../../operate/commands/client/server';
import type { DescribedStack } from '../../../operate/stack';
import { described, problems, twoClients } from '../../support/unit/rae';

const exposure = { kind: 'ingress', hostname: 'rae-api.example.org' };

describe('what RAE offers to commands', () => {
  const plan = described({ authentication: { ...twoClients, verifyAs: 'ci' }, exposure });
  const [server] = plan.operations.servers;
  assert.ok(server);

  it('is one server of plain HTTP, that a client of agents reaches by an MCP server of its own', () => {
    const stack = { name: 'test', plan: { systems: [plan] } } as unknown as DescribedStack;
    const [{ entry }] = clientServers(stack, {}, ['http', 'sse']);
    assert.deepEqual(claudeEntry(entry), {
      type: 'stdio',
      command: 'rae-mcp-server',
      args: [],
      env: {
        RAE_PROJECT_ID: 'default',
        RAE_API_URL: 'https://rae-api.example.org',
        RAE_API_KEY: `\${RAE_API_KEY}`,
      },
    });
  });

  it('asks as the client that is for it, whose tenant nobody else has', () => {
    assert.deepEqual(server.access, { mode: 'clients', header: 'X-API-Key', secretName: 'rae-clients', own: 'ci' });
    const clients = { a: twoClients.clients.agents, b: twoClients.clients.agents };
    const [problem = ''] = problems({ authentication: { mode: 'clients', clients, verifyAs: 'a' } });
    assert.match(problem, /^rae\.authentication\.verifyAs: a client with a tenant of its own: b has the same/);
    assert.match(problems({ authentication: { ...twoClients, verifyAs: 'people' } })[0] ?? '', /one of agents, ci/);
  });

  it('stores a memory, finds it, deletes it, and sees what is wrong', () => {
    const probe = server.requests?.('3f2a');
    assert.ok(probe);
    const id = '6c1f1a52-8f0e-4e57-9d1c-2b1a6f0d9e01';
    const [store] = probe.write;
    const { content } = (store?.call.body ?? {}) as { readonly content?: string };
    assert.ok(content?.includes('3f2a'));
    // As the application answers a text that it has already, and one that it could not store.
    assert.match(store?.problem({ memory_id: 'None' }) ?? '', /no memory was made/);
    assert.match(store?.problem({ memory_id: 'skipped' }) ?? '', /no memory was made/);
    assert.equal(store?.problem({ memory_id: id, message: 'Memory stored in RAE-Core' }), undefined);
    const [find] = probe.read;
    assert.equal(find?.problem({ results: [{ id, content }], total_count: 1 }), undefined);
    assert.match(find?.problem({ results: [], total_count: 0 }) ?? '', /not among 0 results/);
    const [remove, gone] = probe.change;
    assert.deepEqual(remove?.call, { method: 'DELETE', path: `/v2/memories/${id}` });
    assert.equal(gone?.problem({ results: [{ id: 'x', content: 'of somebody else' }] }), undefined);
    assert.match(gone?.problem({ results: [{ id, content }] }) ?? '', /still found/);
    assert.deepEqual(
      probe.cleanUp?.remove({
        results: [
          { id, content },
          { id: 'y', content: 'another' },
        ],
      }),
      [{ method: 'DELETE', path: `/v2/memories/${id}` }],
    );
  });
});
