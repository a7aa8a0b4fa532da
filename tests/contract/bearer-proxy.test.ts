import assert from 'node:assert/strict';
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bearerProxy, proxyPorts } from '../../components/kit/parts/auth-sidecar';
import { runChild } from '../../operate/base/child';
import { openSession } from '../support/contract/client';
import { initialize, type RawRequest, send } from '../support/contract/http';
import { obtainMemoryMcp } from '../support/contract/memory-mcp-build';
import { orSkip } from '../support/contract/missing';
import { freePorts } from '../support/contract/ports';
import { passes } from '../support/contract/probe';
import { Running } from '../support/contract/process';
import { distributionProgram, type Program } from '../support/contract/program';
import { Pod, proxyPlaces } from '../support/contract/server';
import { StubServer } from '../support/contract/stub-server';

const { guarded, health } = proxyPorts;
const token = 'correct-horse-battery-staple';
const configuration = join(__dirname, '..', '..', 'components', 'kit', 'parts', 'auth-sidecar.cfg');
const messagePath = '/messages/?session_id=00000000000000000000000000000000';
const bearer = (value: string) => ({ authorization: `Bearer ${value}` });

describe('the bearer proxy in front of the real memory-mcp', function () {
  this.timeout(120_000);
  let pod: Pod;

  before(async function () {
    this.timeout(0);
    const haproxy = await orSkip(this, () => distributionProgram('haproxy'));
    const memoryMcp = await orSkip(this, obtainMemoryMcp);
    pod = await Pod.started(
      { memoryMcp, haproxy },
      {
        memoryMcp: { authentication: { mode: 'bearer' }, server: { sessionRateLimit: 0 } },
        secrets: { 'memory-mcp-bearer/token': token },
      },
    );
  });
  after(() => pod?.remove());

  it("passes the plan's probes, its own and the server's", async () => {
    for (const container of pod.spec.containers) {
      for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
        assert.ok(await passes(probe, container, pod.machine(container)), container.name);
      }
    }
  });

  it('lets a client with the token do all that the server does', async () => {
    const session = await openSession(pod.url(guarded), token);
    await session.call('remember', { name: 'guarded', content: 'behind a proxy' });
    const { results } = await session.call('recall', { query: 'proxy' });
    assert.deepEqual(
      (results as { name: string }[]).map(({ name }) => name),
      ['guarded'],
    );
    await session.close();
  });

  it('refuses a client without the token', async () => {
    await assert.rejects(openSession(pod.url(guarded)), { code: 401 });
    await assert.rejects(openSession(pod.url(guarded), 'guess'), { code: 401 });
  });

  it('lets the server answer what a script of a page asks, by the headers of both eras of the protocol', async () => {
    const headers = {
      ...bearer(token),
      origin: 'https://chat.example.org',
      'mcp-method': 'initialize',
      'mcp-name': 'memory',
      'last-event-id': '7',
    };
    assert.equal((await initialize(pod.port(guarded), headers)).status, 200);
  });

  it("leaves the Host header to the server's own check", async () => {
    const port = pod.port(guarded);
    const refused = await initialize(port, { ...bearer(token), host: 'evil.example' });
    assert.deepEqual([refused.status, refused.body], [403, 'Forbidden: Host header is not allowed']);
    const accepted = await initialize(port, { ...bearer(token), host: 'memory-mcp.memory-mcp:8080' });
    assert.equal(accepted.status, 200);
  });

  it('answers for the health of the server at the other port', async () => {
    const { body } = await send({ port: pod.port(health), path: '/version' });
    assert.match(body, /"version"/);
    assert.equal((await send({ port: pod.port(health), path: '/readyz' })).status, 200);
  });

  it('stops with the server, within the grace period', async () => {
    const { 'bearer-proxy': proxy, 'memory-mcp': server } = await pod.stop();
    assert.equal(proxy?.code, 0);
    assert.equal(server?.code, 0);
  });
});

describe('the bearer proxy', function () {
  this.timeout(30_000);
  let haproxy: Program;
  let upstream: StubServer;
  let streams: ServerResponse[];
  let proxies: Running[];
  let received: IncomingMessage['headers'][];

  before(async function () {
    this.timeout(0);
    haproxy = await orSkip(this, () => distributionProgram('haproxy'));
  });
  beforeEach(async () => {
    proxies = [];
    streams = [];
    received = [];
    upstream = await StubServer.started((_, response, request) => {
      received.push(request.headers);
      if (request.url === '/stream' || request.url === '/sse') {
        streams.push(response);
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(request.url === '/sse' ? `event: endpoint\ndata: ${messagePath}\n\n` : 'data: 1\n\n');
      } else if (request.method === 'POST' && request.url === messagePath) {
        // The answer to a message comes by the stream of its session.
        response.writeHead(202).end('Accepted');
        streams.at(-1)?.write('event: message\ndata: the answer\n\n');
      } else {
        const session = request.headers['mcp-session-id'];
        if (session !== undefined) response.setHeader('mcp-session-id', session);
        response.end('from the server');
      }
    });
  });
  afterEach(async () => {
    for (const proxy of proxies) await proxy.stop(1, 'SIGKILL');
    await upstream?.stop();
  });

  /** Starts a proxy; a request to it is then one to the guarded port, with the token, unless it says otherwise. */
  async function started(env: Readonly<Record<string, string>> = { PROXY_TOKEN: token }) {
    const ports = { ...(await freePorts([guarded, health])), 8080: upstream.port };
    const args = ['-W', '-db', '-f', configuration];
    const proxy = new Running(haproxy.path, args, { ...haproxy.env, ...proxyPlaces(ports), ...env });
    proxies.push(proxy);
    const ask = (request: Partial<RawRequest>) => send({ port: ports[guarded], path: '/mcp', ...request });
    while (!proxy.hasEnded && (await ask({}).catch(() => undefined)) === undefined) await sleep(20);
    assert.ok(!proxy.hasEnded, proxy.output);
    return { proxy, ports, ask };
  }

  /** Opens the stream and returns what came of it so far, and whether it has ended. */
  function listen(port: number, path = '/stream'): { text: string; ended: boolean } {
    const state = { text: '', ended: false };
    get({ port, host: '127.0.0.1', path, headers: bearer(token), agent: false }, (response) => {
      response.on('data', (part: Buffer) => {
        state.text += part;
      });
      response.once('close', () => {
        state.ended = true;
      });
      response.once('error', () => undefined);
    }).once('error', () => {
      state.ended = true;
    });
    return state;
  }

  const until = async (condition: () => boolean) => {
    const deadline = Date.now() + 10_000;
    while (!condition() && Date.now() < deadline) await sleep(20);
    assert.ok(condition());
  };

  /** HAProxy loses a signal that comes within milliseconds of its start. */
  const settled = () => sleep(500);

  it('has a configuration without a warning', async () => {
    const env = { ...haproxy.env, PROXY_TOKEN: token };
    const { exitCode, stdout, stderr } = await runChild(haproxy.path, ['-c', '-V', '-f', configuration], { env });
    assert.equal(exitCode, 0, stderr);
    assert.doesNotMatch(stdout + stderr, /warning/i);
  });

  it('answers 401 and how to do better, whatever is not the token', async () => {
    const { ask } = await started();
    const attempts = [
      {},
      bearer(''),
      bearer('x'),
      bearer(`${token}x`),
      bearer(token.slice(0, -1)),
      bearer(token.toUpperCase()),
      bearer('$PROXY_TOKEN'),
      { authorization: token },
      { authorization: `Basic ${token}` },
      { authorization: 'Bearer' },
      { 'proxy-authorization': `Bearer ${token}` },
    ];
    for (const headers of attempts) {
      for (const path of ['/mcp', '/', '/healthz', '/readyz', '/version', '/healthz/../mcp', `/mcp?token=${token}`]) {
        const { status, headers: answered } = await ask({ path, headers });
        assert.equal(status, 401, `${path} ${JSON.stringify(headers)}`);
        assert.match(answered['www-authenticate'] ?? '', /^Bearer/);
      }
    }
    assert.deepEqual(received, [], 'the server hears of none of them');
  });

  it('says that nobody gives out tokens here, where clients look for who does, and lets nothing else by', async () => {
    const { ask } = await started();
    const names = ['oauth-protected-resource', 'oauth-authorization-server', 'openid-configuration'];
    for (const name of names) {
      for (const path of [`/.well-known/${name}`, `/.well-known/${name}/mcp`, `/mcp/.well-known/${name}?a=b`]) {
        const { status, headers } = await ask({ path });
        assert.deepEqual([status, headers['www-authenticate']], [404, undefined], path);
      }
    }
    assert.deepEqual(received, []);
    for (const path of [
      '/.well-known/',
      '/.well-known/mcp.json',
      '/.well-known/oauth-protected-resources',
      '/register',
    ]) {
      assert.equal((await ask({ path })).status, 401, path);
    }
  });

  const page = 'https://chat.example.org';
  const preflight = (origin: string) => ({
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,mcp-method,mcp-name,mcp-session-id',
    },
  });

  it('answers the question of a browser for the pages that are named, without a token', async () => {
    const { ask } = await started({ PROXY_TOKEN: token, PROXY_CORS_ORIGINS: `http://localhost:5173 ${page}` });
    for (const origin of ['http://localhost:5173', page]) {
      const { status, headers } = await ask(preflight(origin));
      assert.equal(status, 204);
      assert.equal(headers['access-control-allow-origin'], origin);
      assert.match(headers['access-control-allow-methods'] ?? '', /POST/);
      assert.match(headers['access-control-allow-methods'] ?? '', /DELETE/);
      const allowed = (headers['access-control-allow-headers'] ?? '').split(',');
      for (const header of ['authorization', 'content-type', 'mcp-method', 'mcp-name', 'mcp-session-id']) {
        assert.ok(allowed.includes(header), header);
      }
      assert.equal(headers['access-control-allow-credentials'], undefined);
    }
    // A question is one only with what it asks for; anything else needs the token.
    assert.equal((await ask({ method: 'OPTIONS', headers: { origin: page } })).status, 401);
    assert.equal((await ask({ ...preflight(page), method: 'POST' })).status, 401);
    assert.deepEqual(received, []);
  });

  it('lets a script of such a page see every answer, the refusals too', async () => {
    const { ask } = await started({ PROXY_TOKEN: token, PROXY_CORS_ORIGINS: page });
    const answers = [
      await ask({ headers: { ...bearer(token), origin: page } }),
      await ask({ headers: { origin: page } }),
      await ask({ path: '/.well-known/oauth-protected-resource', headers: { origin: page } }),
    ];
    await upstream.stop();
    answers.push(await ask({ headers: { ...bearer(token), origin: page } }));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 401, 404, 503],
    );
    for (const { headers, status } of answers) {
      assert.equal(headers['access-control-allow-origin'], page, String(status));
      assert.match(headers['access-control-expose-headers'] ?? '', /Mcp-Session-Id/i);
      assert.match(headers.vary ?? '', /Origin/);
    }
  });

  it('says nothing to the browsers of other pages, and nothing to any where none is named', async () => {
    const others = ['https://evil.example', `${page}.evil.example`, 'https://chat.example.or', 'none', 'null', ''];
    for (const named of [{ PROXY_CORS_ORIGINS: page }, {}]) {
      const { ask, proxy } = await started({ PROXY_TOKEN: token, ...named });
      for (const origin of 'PROXY_CORS_ORIGINS' in named ? others : [page, 'null']) {
        const asked = await ask(preflight(origin));
        assert.deepEqual([asked.status, asked.headers['access-control-allow-origin']], [401, undefined], origin);
        const used = await ask({ headers: { ...bearer(token), origin } });
        assert.deepEqual([used.status, used.headers['access-control-allow-origin']], [200, undefined], origin);
      }
      await proxy.stop(1, 'SIGKILL');
    }
  });

  it('passes the headers of both eras of the protocol on, and back', async () => {
    const { ask } = await started();
    const sent = {
      'mcp-session-id': 's',
      'mcp-protocol-version': '2025-11-25',
      'last-event-id': '7',
      'mcp-method': 'tools/call',
      'mcp-name': 'recall',
      'mcp-param-region': 'eu',
    };
    const { headers } = await ask({ headers: { ...bearer(token), ...sent } });
    for (const [name, value] of Object.entries(sent)) assert.equal(received.at(-1)?.[name], value, name);
    assert.equal(headers['mcp-session-id'], 's');
  });

  it('takes the origins from the plan', () => {
    const { container } = bearerProxy({
      metadata: { name: 'proxy' },
      image: 'haproxy',
      shown: { secretName: 's', secretKey: 'k' },
      cluster: { ipFamilies: ['IPv4'] },
      origins: ['http://localhost:5173', page],
    });
    const { value } = (container.env ?? []).find(({ name }) => name === 'PROXY_CORS_ORIGINS') ?? {};
    assert.equal(value, `http://localhost:5173 ${page}`);
  });

  it('asks for the token anew for every request of a connection', async () => {
    const { ask } = await started();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const answers = [];
    for (const headers of [bearer(token), {}, bearer(token), bearer('x')]) answers.push(await ask({ headers, agent }));
    agent.destroy();
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 401, 200, 401],
    );
    assert.equal(new Set(answers.map(({ localPort }) => localPort)).size, 1, 'it was one connection');
  });

  it('passes on what carries the token, the Host unchanged and the token taken off', async () => {
    const { ask } = await started();
    for (const scheme of ['Bearer', 'bearer']) {
      const headers = { authorization: `${scheme} ${token}`, host: 'memories.example', 'mcp-session-id': 's' };
      const { status, body } = await ask({ headers });
      assert.deepEqual([status, body], [200, 'from the server']);
    }
    for (const { host, authorization, 'mcp-session-id': session } of received) {
      assert.deepEqual([host, authorization, session], ['memories.example', undefined, 's']);
    }
  });

  it('takes any characters in a token, and drops the line break of a file', async () => {
    for (const value of ['a"b', "it's $HOME %[env(PATH)]", 'x),lower', 'a,b|c\\d #e', 'ünï']) {
      const { ask, proxy } = await started({ PROXY_TOKEN: `${value}\n` });
      const headers = { authorization: Buffer.from(`Bearer ${value}`).toString('latin1') };
      assert.equal((await ask({ headers })).status, 200, value);
      assert.equal((await ask({ headers: bearer('other') })).status, 401, value);
      await proxy.stop(1, 'SIGKILL');
    }
  });

  it('lets nobody in while there is no token, and still answers for the health of the server', async () => {
    for (const env of [{}, { PROXY_TOKEN: '' }, { PROXY_TOKEN: '\n' }]) {
      const { ask, ports, proxy } = await started(env);
      for (const headers of [{}, bearer(''), bearer('\n'.trim()), { authorization: 'Bearer' }, bearer(' ')]) {
        assert.equal((await ask({ headers })).status, 401);
      }
      assert.equal((await send({ port: ports[health], path: '/healthz' })).status, 200);
      await proxy.stop(1, 'SIGKILL');
    }
  });

  it('serves the health paths at their port, for reading, and nothing else', async () => {
    const { ports } = await started();
    const port = ports[health];
    for (const path of ['/healthz', '/readyz', '/version']) {
      assert.equal((await send({ port, path })).status, 200, path);
      assert.equal((await send({ port, path, method: 'POST', body: '{}' })).status, 404, `POST ${path}`);
    }
    received.length = 0;
    for (const path of [
      '/',
      '/mcp',
      '/stream',
      '/healthz/',
      '/healthz/../mcp',
      '//healthz',
      '/HEALTHZ',
      '/mcp?/healthz',
    ]) {
      assert.equal((await send({ port, path, headers: bearer(token) })).status, 404, path);
    }
    assert.deepEqual(received, []);
  });

  it('asks another port about health, by the paths that it is told', async () => {
    const { container } = bearerProxy({
      metadata: { name: 'proxy' },
      image: 'haproxy',
      shown: { secretName: 's', secretKey: 'k' },
      cluster: { ipFamilies: ['IPv4'] },
      upstream: { port: 8000, health: { port: 18000, paths: ['/readyz', '/tools'] } },
    });
    const answering = await StubServer.started((_, response) => response.end('from the health port'));
    const at = { 8000: upstream.port, 18000: answering.port };
    const env = (container.env ?? []).flatMap(({ name, value }) =>
      value === undefined
        ? []
        : [[name, value.replace(/:(8000|18000)$/, (_, port: '8000' | '18000') => `:${at[port]}`)]],
    );
    try {
      const { ports } = await started({ PROXY_TOKEN: token, ...Object.fromEntries(env) });
      for (const path of ['/readyz', '/tools']) {
        assert.equal((await send({ port: ports[health], path })).body, 'from the health port', path);
      }
      for (const path of ['/healthz', '/version', '/', '/readyz /tools']) {
        assert.equal((await send({ port: ports[health], path: encodeURI(path) })).status, 404, path);
      }
      const guardedAnswer = await send({ port: ports[guarded], path: '/tools', headers: bearer(token) });
      assert.equal(guardedAnswer.body, 'from the server');
    } finally {
      await answering.stop();
    }
  });

  it('says 503 while the server does not answer, at once', async () => {
    const { ask, ports } = await started();
    await upstream.stop();
    const start = Date.now();
    assert.equal((await ask({ headers: bearer(token) })).status, 503);
    assert.equal((await send({ port: ports[health], path: '/healthz' })).status, 503);
    assert.ok(Date.now() - start < 2500);
  });

  it('passes events on as they come, and leaves a silent stream open', async () => {
    const { ports } = await started();
    const stream = listen(ports[guarded]);
    await until(() => stream.text === 'data: 1\n\n');
    await sleep(3000);
    assert.equal(stream.ended, false);
    streams[0]?.write('data: 2\n\n');
    await until(() => stream.text === 'data: 1\n\ndata: 2\n\n');
  });

  it('carries a session of the SSE transport: its stream, and its messages beside it, each with the token', async () => {
    const { ask, ports } = await started();
    const stream = listen(ports[guarded], '/sse');
    await until(() => stream.text === `event: endpoint\ndata: ${messagePath}\n\n`);
    const message = { path: messagePath, method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1 }) };
    assert.equal((await ask(message)).status, 401);
    const { status, body } = await ask({ ...message, headers: bearer(token) });
    assert.deepEqual([status, body], [202, 'Accepted']);
    await until(() => stream.text.endsWith('event: message\ndata: the answer\n\n'));
    assert.equal(stream.ended, false);
  });

  it('ends a silent stream by one timer only, which is hours long in the configuration', async () => {
    const { ports } = await started({ PROXY_TOKEN: token, PROXY_IDLE_TIMEOUT: '1s' });
    const stream = listen(ports[guarded]);
    await until(() => stream.ended);
    const { stdout } = await runChild('grep', ['PROXY_IDLE_TIMEOUT', configuration], {
      env: { PATH: '/usr/bin:/bin' },
    });
    assert.match(stdout, /presetenv PROXY_IDLE_TIMEOUT \d+h/);
  });

  it('lets requests end on SIGUSR1, the stop signal of its image, and takes no new ones', async () => {
    const { ports, proxy, ask } = await started();
    const stream = listen(ports[guarded]);
    await until(() => stream.text !== '');
    await settled();
    proxy.signal('SIGUSR1');
    // A connection that was being made at that very moment is neither served nor refused before the end.
    const served = () => Promise.race([ask({}).then(Boolean, () => false), sleep(500, false)]);
    while (await served()) await sleep(20);
    streams[0]?.end('data: last\n\n');
    await until(() => stream.ended);
    assert.match(stream.text, /last/);
    assert.equal((await proxy.ended).code, 0);
  });

  it('ends at once on SIGTERM, with success', async () => {
    const { ports, proxy } = await started();
    const stream = listen(ports[guarded]);
    await until(() => stream.text !== '');
    await settled();
    const { code, afterMs } = await proxy.stop(30);
    assert.equal(code, 0);
    assert.ok(afterMs < 5000);
  });

  it('logs what was asked for and how it went, never a token', async () => {
    const { ask, proxy } = await started();
    await ask({ path: '/mcp?key=query-secret', headers: bearer(token) });
    await ask({ headers: bearer('wrong-secret') });
    await until(() => /GET \/mcp 200/.test(proxy.output) && /GET \/mcp 401/.test(proxy.output));
    for (const secret of [token, 'query-secret', 'wrong-secret']) assert.ok(!proxy.output.includes(secret), secret);
  });
});
