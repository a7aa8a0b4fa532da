import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BearerProxyArgs, ProxiedServer } from '../../components/kit/parts/auth-sidecar';
import { openSession } from '../../operate/mcp/session';
import { type StartedProxy, startedProxy } from '../support/contract/bearer-proxy';
import { initialize, type RawRequest, send } from '../support/contract/http';
import { KnowledgeServer } from '../support/contract/knowledge-server';
import { orSkip } from '../support/contract/missing';
import { distributionProgram, type Program } from '../support/contract/program';

const token = 'correct-horse-battery-staple';
const configuration = join(__dirname, '..', '..', 'components', 'kit', 'parts', 'auth-sidecar.cfg');
const page = 'https://chat.example.org';
const headers = { authorization: `Bearer ${token}` };
const retryAfter = '60';

describe('the bearer proxy in front of a server with needs of its own', function () {
  this.timeout(30_000);
  let haproxy: Program;
  let folder: string;
  let server: KnowledgeServer;
  let proxies: StartedProxy[];

  before(async function () {
    this.timeout(0);
    haproxy = await orSkip(this, () => distributionProgram('haproxy'));
  });
  beforeEach(async () => {
    proxies = [];
    folder = mkdtempSync(join(tmpdir(), 'memory-fleet-knowledge-'));
    server = await KnowledgeServer.started({ env: { DATA_PATH: folder, RATE_LIMIT_ENABLED: 'false' } });
  });
  afterEach(async () => {
    for (const { process } of proxies) await process.stop(1, 'SIGKILL');
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A proxy of that server, and requests to its guarded port with the token unless they say otherwise. */
  async function started(needs: Partial<ProxiedServer> = {}, args: Partial<BearerProxyArgs> = {}) {
    const { port } = server;
    const upstream = { port, health: { port, paths: ['/health'] }, ...needs };
    const proxy = await startedProxy(haproxy, configuration, { token, ...args, upstream });
    proxies.push(proxy);
    const url = `http://127.0.0.1:${proxy.guarded}/api/v1`;
    const ask = (request: Partial<RawRequest>) =>
      send({ port: proxy.guarded, path: '/api/v1/mcp', headers, ...request });
    return { ...proxy, url, ask };
  }

  const session = (url: string, kind: 'http' | 'sse') =>
    openSession(`${url}/${kind === 'sse' ? 'sse' : 'mcp'}`, { headers: { Authorization: `Bearer ${token}` } }, kind);

  it('carries official clients of both transports', async () => {
    const { url } = await started({ sessionPath: '/api/v1/sse', judgesOrigin: true, traffic: { bodyBytes: 102_400 } });
    for (const kind of ['http', 'sse'] as const) {
      const client = await session(url, kind);
      assert.equal((await client.client.listTools()).tools.length, 7, kind);
      await client.call({ tool: 'register_local_folder', arguments: { path: `/${kind}` } });
      const { summary } = (await client.call({ tool: 'list_indexed_repositories', arguments: {} })) as {
        summary: { total_repositories: number };
      };
      assert.equal(summary.total_repositories, kind === 'http' ? 1 : 2);
      await client.close();
    }
  });

  it('is what a client of the SSE transport needs, and leaves a session that a client names itself', async () => {
    const { url } = await started();
    await assert.rejects(session(url, 'sse'), /MISSING_SESSION_ID/);
    const { ask } = await started({ sessionPath: '/api/v1/sse' });
    const named = async (path: string, more: Record<string, string> = {}, method = 'POST') => {
      await ask({ path, method, headers: { ...headers, ...more } });
      return server.received.at(-1)?.['mcp-session-id'];
    };
    assert.equal(await named('/api/v1/sse?sessionId=one-1'), 'one-1');
    assert.equal(await named('/api/v1/sse?a=b&sessionId=two'), 'two');
    assert.equal(await named('/api/v1/sse?sessionId=query', { 'mcp-session-id': 'header' }), 'header');
    for (const path of [
      '/api/v1/sse',
      '/api/v1/sse?sessionId=',
      '/api/v1/mcp?sessionId=x',
      '/api/v1/sse/x?sessionId=x',
    ]) {
      assert.equal(await named(path), undefined, path);
    }
    // Nothing that a header could be ended by, written in any way.
    for (const value of ['a%0d%0aX-Evil:%201', 'a%20b', 'a:b', 'a"b'])
      assert.equal(await named(`/api/v1/sse?sessionId=${value}`), undefined, value);
    assert.equal(await named('/api/v1/mcp?sessionId=x', {}, 'DELETE'), undefined);
  });

  it("helps nobody with a streamable route that starts its transport twice, as upstream's does", async () => {
    const { guarded } = await started();
    assert.equal((await initialize(guarded, headers, '/api/v1/mcp')).status, 200);
    await server.stop();
    server = await KnowledgeServer.started({ isUnpatched: true });
    const unpatched = await started({ sessionPath: '/api/v1/sse' });
    const { status, body } = await initialize(unpatched.guarded, headers, '/api/v1/mcp');
    assert.deepEqual([status, (JSON.parse(body) as { error: { code: number } }).error.code], [400, -32_700]);
    await (await session(unpatched.url, 'sse')).close();
  });

  it("judges origins in the server's place, so that pages use it whose origins it does not know", async () => {
    const own = await started({}, { origins: [page] });
    assert.equal((await own.ask({ headers: { ...headers, origin: page } })).status, 403, 'it refuses them itself');
    const { ask, guarded } = await started({ judgesOrigin: true }, { origins: [page] });
    const preflight = await ask({
      method: 'OPTIONS',
      headers: {
        origin: page,
        'access-control-request-method': 'DELETE',
        'access-control-request-headers': 'mcp-session-id',
      },
    });
    assert.equal(preflight.status, 204);
    assert.match(preflight.headers['access-control-allow-methods'] ?? '', /DELETE/);
    const opened = await initialize(guarded, { ...headers, origin: page }, '/api/v1/mcp');
    assert.equal(opened.status, 200);
    assert.equal(opened.headers['access-control-allow-origin'], page);
    assert.match(opened.headers['access-control-expose-headers'] ?? '', /Mcp-Session-Id/);
    assert.doesNotMatch(opened.headers['access-control-expose-headers'] ?? '', /X-Request-Id/, "the server's own");
    assert.equal(opened.headers['access-control-allow-credentials'], undefined);
    const id = String(opened.headers['mcp-session-id']);
    const closed = await ask({ method: 'DELETE', headers: { ...headers, origin: page, 'mcp-session-id': id } });
    assert.deepEqual([closed.status, closed.headers['access-control-allow-origin']], [200, page]);
    assert.ok(server.received.slice(-2).every(({ origin }) => origin === undefined));
    const count = server.received.length;
    for (const origin of ['https://evil.example', 'http://localhost:3000', 'null']) {
      const { status, headers: answered } = await ask({ headers: { ...headers, origin } });
      assert.deepEqual([status, answered['access-control-allow-origin']], [403, undefined], origin);
    }
    assert.equal(server.received.length, count);
  });

  it('lets one client ask for so much, and another one then still for as much', async () => {
    const { ask } = await started({ isBehindEntrance: true }, { limit: { requestsPerMinute: 3, per: 'address' } });
    const from = (client: string, more: Record<string, string> = headers) =>
      ask({ method: 'POST', headers: { ...more, 'x-forwarded-for': client } });
    const statuses = async (client: string, count: number) => {
      const answers = [];
      for (let at = 0; at < count; at += 1) answers.push((await from(client)).status);
      return answers;
    };
    // The server itself answers 406 to this, once it hears of it.
    assert.deepEqual(await statuses('192.0.2.1', 5), [406, 406, 406, 429, 429]);
    assert.equal((await from('192.0.2.1')).headers['retry-after'], retryAfter);
    assert.deepEqual(await statuses('203.0.113.9, 192.0.2.1', 1), [429], 'what a client writes itself changes nothing');
    assert.deepEqual(await statuses('192.0.2.2', 4), [406, 406, 406, 429]);
    assert.deepEqual(await statuses('2001:db8::1', 3), [406, 406, 406]);
    assert.deepEqual(await statuses('2001:db8::2', 1), [429], 'a host has every address of its network');
    const guesses = [];
    for (let at = 0; at < 4; at += 1) guesses.push((await from('192.0.2.3', { authorization: `Bearer ${at}` })).status);
    assert.deepEqual(guesses, [401, 401, 401, 429]);
  });

  it('counts all who have the token as one where it is told so, and guesses by address', async () => {
    const { ask } = await started({ isBehindEntrance: true }, { limit: { requestsPerMinute: 2, per: 'token' } });
    const from = async (client: string, more: Record<string, string> = headers) =>
      (await ask({ headers: { ...more, 'x-forwarded-for': client } })).status;
    const guess = { authorization: 'Bearer guess' };
    assert.deepEqual([await from('192.0.2.1', guess), await from('192.0.2.1', guess)], [401, 401]);
    assert.equal(await from('192.0.2.1', guess), 429);
    assert.deepEqual([await from('192.0.2.1'), await from('192.0.2.2'), await from('192.0.2.3')], [400, 400, 429]);
  });

  it('without an entrance before it takes the connection for the client, whatever a header says', async () => {
    const { ask } = await started({}, { limit: { requestsPerMinute: 2, per: 'address' } });
    const statuses = [];
    for (const client of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
      statuses.push((await ask({ headers: { ...headers, 'x-forwarded-for': client } })).status);
    }
    assert.deepEqual(statuses, [400, 400, 429]);
  });

  it('lets a script of a page read how long it has to wait', async () => {
    const { ask } = await started({}, { origins: [page], limit: { requestsPerMinute: 1, per: 'address' } });
    await ask({});
    const { status, headers: answered } = await ask({ headers: { ...headers, origin: page } });
    assert.deepEqual(
      [status, answered['retry-after'], answered['access-control-allow-origin']],
      [429, retryAfter, page],
    );
    assert.match(answered['access-control-expose-headers'] ?? '', /Retry-After/);
  });

  it('answers an open path without a token, exactly that one, for reading, and so often', async () => {
    const { ask } = await started({ openPaths: ['/health'] }, { limit: { requestsPerMinute: 9, per: 'address' } });
    for (const path of ['/health/', '/healthz', '/HEALTH', '/health/../api/v1/mcp', '/api/v1/mcp', '/x?/health']) {
      assert.equal((await ask({ path, headers: {} })).status, 401, path);
    }
    assert.equal((await ask({ path: '/health', method: 'POST', headers: {} })).status, 401);
    assert.equal((await ask({ path: '/health', method: 'DELETE', headers: {} })).status, 401);
    assert.deepEqual(server.received, []);
    const statuses = [];
    for (let at = 0; at < 62; at += 1) statuses.push((await ask({ path: '/health?a=b', headers: {} })).status);
    assert.deepEqual([...new Set(statuses.slice(0, 60))], [200]);
    assert.deepEqual(statuses.slice(60), [429, 429]);
    assert.equal((await ask({})).status, 400, 'it has not spent what there is for the rest');
  });

  it('has no token on its way to an open path', async () => {
    const { ask } = await started({ openPaths: ['/health'] });
    assert.equal((await ask({ path: '/health' })).status, 200);
    assert.equal(server.received.at(-1)?.authorization, undefined);
  });

  it('refuses bodies that are larger than the server takes, or that do not say how large they are', async () => {
    const bodyBytes = 1000;
    const { ask } = await started({ traffic: { bodyBytes } });
    const post = (body: string, more: Record<string, string>) =>
      ask({ method: 'POST', body, headers: { ...headers, ...more } });
    const sized = (body: string) => post(body, { 'content-length': String(body.length) });
    const body = (length: number) => JSON.stringify('x'.repeat(length - 2));
    assert.equal((await sized(body(bodyBytes))).status, 406, 'the server has its say');
    const { status, body: answer } = await sized(body(bodyBytes + 1));
    assert.deepEqual([status, answer], [413, 'at most 1000 bytes\n']);
    assert.equal((await post(body(10), { 'transfer-encoding': 'chunked' })).status, 411);
    assert.equal(server.received.length, 1);
  });

  it('keeps a silent stream for as long as it is told', async () => {
    const { url } = await started({ sessionPath: '/api/v1/sse', traffic: { silenceSeconds: 2 } });
    const client = await session(url, 'sse');
    const start = Date.now();
    await new Promise<void>((resolve) => {
      client.client.onclose = resolve;
    });
    const seconds = (Date.now() - start) / 1000;
    assert.ok(seconds > 1.5 && seconds < 6, String(seconds));
    await client.close();
  });
});
