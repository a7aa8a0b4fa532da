import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openConnection } from '../../operate/mcp/connection';
import { ConnectionBroken, openSession } from '../../operate/mcp/session';
import { madeAuthority } from '../support/contract/authority';
import { startedFront } from '../support/contract/front';
import { NoteServer } from '../support/contract/note-server';

const token = 'correct-horse-battery-staple';
const headers = { Authorization: `Bearer ${token}` };

describe('a session over a stream of events', () => {
  let server: NoteServer;

  before(async () => {
    server = await NoteServer.started({ transport: 'sse', token, takesAnyHost: true });
  });
  after(() => server.stop());

  it('shows the token with the stream and with every message', async () => {
    const session = await openSession(server.url, { headers }, 'sse');
    await session.call({ tool: 'store', arguments: { text: 'over a stream' } });
    const found = await session.call({ tool: 'find', arguments: { text: 'stream' } });
    assert.deepEqual(found, { results: ['over a stream'] });
    assert.equal((await session.client.listTools()).tools.length, 3);
    await session.close();
    while (server.open > 0) await sleep(10);
  });

  it('is refused without it, and does not try again', async () => {
    await assert.rejects(openSession(server.url, {}, 'sse'), { code: 401 });
    await assert.rejects(openSession(server.url, { headers: { Authorization: 'Bearer guess' } }, 'sse'), { code: 401 });
    assert.equal(server.open, 0);
  });

  it('goes where the connection goes, and trusts what it trusts', async () => {
    const authority = await madeAuthority();
    const folder = mkdtempSync(join(tmpdir(), 'memory-fleet-sse-'));
    const ca = join(folder, 'root.pem');
    writeFileSync(ca, authority.root.certificate);
    const leaf = await authority.issue('notes.example.org');
    const front = await startedFront({ leaf, chain: [authority.intermediate], upstream: server.port });
    const address = { host: '127.0.0.1', port: front.port };
    const trusting = openConnection({ address, ca, headers });
    const trustless = openConnection({ address, headers });
    try {
      const session = await openSession('https://notes.example.org/sse', trusting, 'sse');
      assert.deepEqual(await session.call({ tool: 'find', arguments: { text: 'no such' } }), { results: [] });
      await session.close();
      await assert.rejects(openSession('https://notes.example.org/sse', trustless, 'sse'), /certificate|fetch failed/);
    } finally {
      await trusting.close();
      await trustless.close();
      await front.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it('ends with its stream: no call waits for an answer that cannot come, and no other session takes its place', async () => {
    const session = await openSession(server.url, { headers }, 'sse');
    const unanswered = session.call({ tool: 'wait', arguments: {} });
    setTimeout(() => server.cut(), 50);
    await assert.rejects(unanswered, ConnectionBroken);
    await assert.rejects(session.call({ tool: 'status', arguments: {} }), ConnectionBroken);
    assert.equal(server.open, 0);
    await session.close();
  });
});

describe('a request to a stream of events', () => {
  it('is answered by its head, for a stream has no end', async () => {
    const server = await NoteServer.started({ transport: 'sse', isMute: true });
    const connection = openConnection();
    try {
      const answer = await connection.ask(server.url, {}, AbortSignal.timeout(2000));
      assert.deepEqual(answer, { status: 200, body: '' });
    } finally {
      await connection.close();
      await server.stop();
    }
  });
});
