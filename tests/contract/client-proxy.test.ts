import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clientSidecar } from '../../components/kit/parts/client-sidecar';
import type { ClientKeysSettings } from '../../components/kit/settings/client-keys';
import { clusterSchema } from '../../config/cluster';
import { ClientProxy } from '../support/contract/client-proxy';
import { type RawRequest, send } from '../support/contract/http';
import { orSkip } from '../support/contract/missing';
import { distributionProgram, type Program } from '../support/contract/program';
import { StubServer } from '../support/contract/stub-server';

const tenants: Readonly<Record<string, string>> = { agents: 'tenant-of-agents', ci: 'tenant-of-ci' };

const settings: ClientKeysSettings = {
  mode: 'clients',
  image: 'haproxy',
  clients: { agents: {}, ci: { requestsPerMinute: 3 } },
  requestsPerMinute: 20,
  secret: { source: 'existing', secretName: 'keys', entries: {} },
  cors: { origins: [] },
};

describe('the proxy that knows each client by a key of its own', function () {
  this.timeout(30_000);
  let haproxy: Program;
  let upstream: StubServer;
  let proxy: ClientProxy;
  let received: IncomingMessage[];
  /** Answers that the server takes its time for. */
  let held: ServerResponse[];

  before(async function () {
    this.timeout(0);
    haproxy = await orSkip(this, () => distributionProgram('haproxy'));
  });
  beforeEach(async () => {
    received = [];
    held = [];
    proxy = new ClientProxy();
    upstream = await StubServer.started((_, response, request) => {
      received.push(request);
      if (request.url?.endsWith('/slow')) held.push(response);
      else response.end('from the server');
    });
  });
  afterEach(async () => {
    await proxy.stop();
    await upstream.stop();
  });

  const bring = (client: string, key: string) => proxy.bring(client, key);

  /** Starts it as the plan has it, and returns what asks it. */
  async function started() {
    const { configMap, containers } = clientSidecar({
      settings,
      metadata: { name: 'proxy' },
      cluster: clusterSchema.parse(undefined),
      header: 'X-API-Key',
      identity: { header: 'X-Tenant-Id', of: (client) => tenants[client] ?? '' },
      upstream: {
        port: upstream.port,
        health: { port: upstream.port, paths: ['/live', '/metrics'] },
        openPaths: ['/live'],
        droppedHeader: 'X-User-Id',
        paths: ['/v2/memories'],
      },
    });
    const [container] = containers;
    assert.ok(container && configMap);
    await proxy.start(haproxy, container, configMap.object.data ?? {});
    received.length = 0;
    const { guarded, health, running } = proxy;
    const ask = (headers: Record<string, string>, request: Partial<RawRequest> = {}) =>
      send({ port: guarded, path: '/v2/memories/', headers, ...request });
    return { ask, health, running };
  }

  it('lets a client in by its key, as a bearer token or by the header, and nobody else', async () => {
    bring('agents', 'key-of-agents\n');
    const { ask } = await started();
    assert.equal((await ask({ authorization: 'Bearer key-of-agents' })).status, 200);
    assert.equal((await ask({ 'x-api-key': 'key-of-agents' })).status, 200);
    for (const headers of [
      ...[{}, { 'x-api-key': '' }, { 'x-api-key': 'key-of-agent' }, { authorization: 'Bearer ' }],
      ...[{ authorization: 'Basic key-of-agents' }, { authorization: 'Bearer guess', 'x-api-key': 'key-of-agents' }],
      // A name is no key, and neither is what is kept of one.
      ...[{ 'x-api-key': 'agents' }, { 'x-api-key': 'key-of-agents\\n' }],
      { 'x-api-key': readFileSync(join(proxy.folder, 'known', 'keys.map'), 'utf8').split(' ')[0] ?? '' },
    ]) {
      assert.equal((await ask(headers as Record<string, string>)).status, 401, JSON.stringify(headers));
    }
    assert.equal(received.length, 2);
  });

  it('tells the server whose tenant it is by the key alone, whatever the client says', async () => {
    bring('agents', 'a');
    bring('ci', 'c');
    const { ask } = await started();
    for (const [key, tenant] of [
      ['a', 'tenant-of-agents'],
      ['c', 'tenant-of-ci'],
    ] as const) {
      await ask({ 'x-api-key': key, 'x-tenant-id': 'tenant-of-somebody', 'x-user-id': 'admin', 'x-project-id': 'p' });
      const { headers } = received.at(-1) ?? assert.fail('nothing came');
      assert.equal(headers['x-tenant-id'], tenant);
      assert.deepEqual(
        [headers['x-api-key'], headers.authorization, headers['x-user-id'], headers['x-project-id']],
        [undefined, undefined, undefined, 'p'],
      );
    }
  });

  it('passes on the paths that it is told, and no other by any spelling', async () => {
    bring('agents', 'a');
    const { ask, health } = await started();
    const status = async (path: string) => (await ask({ 'x-api-key': 'a' }, { path })).status;
    for (const path of ['/v2/memories', '/v2/memories/', '/v2/memories/query?x=/metrics']) {
      assert.equal(await status(path), 200, path);
    }
    for (const path of [
      ...[
        '/',
        '/metrics',
        '/docs',
        '/procedural/query',
        '/v2/memoriesx',
        '/v2/graph',
        '/V2/memories/',
        '//v2/memories/',
      ],
      ...['/v2/memories/../graph', '/v2/memories/%2e%2e/graph', '/v2/memories/%2E./graph', '/v2/%6demories/'],
    ]) {
      assert.equal(await status(path), 404, path);
    }
    assert.equal((await ask({}, { path: '/metrics' })).status, 401);
    assert.equal((await ask({}, { path: '/live' })).status, 200);
    // Monitoring alone reaches that port.
    assert.equal((await send({ port: health, path: '/metrics' })).status, 200);
  });

  it('limits each client by itself, and guesses by their address', async () => {
    bring('agents', 'a');
    bring('ci', 'c');
    const { ask } = await started();
    const statuses = async (key: string, times: number) => {
      const all: number[] = [];
      for (let time = 0; time < times; time++) all.push((await ask({ 'x-api-key': key })).status);
      return all;
    };
    assert.deepEqual(await statuses('c', 5), [200, 200, 200, 429, 429]);
    assert.deepEqual(await statuses('a', 4), [200, 200, 200, 200]);
    const guesses = await statuses('guess', 25);
    assert.deepEqual(new Set(guesses.slice(0, 20)), new Set([401]));
    assert.deepEqual(new Set(guesses.slice(20)), new Set([429]));
    assert.deepEqual(await statuses('a', 1), [200]);
  });

  it('starts before there is any key, and knows one that comes, changes or goes without a restart', async () => {
    const { ask, running } = await started();
    const becomes = async (key: string, wanted: number) => {
      const deadline = Date.now() + 10_000;
      const status = async () => (await ask({ 'x-api-key': key }).catch(() => undefined))?.status;
      while ((await status()) !== wanted && Date.now() < deadline) await sleep(500);
      assert.equal(await status(), wanted, running.output);
    };
    assert.equal((await ask({ 'x-api-key': 'first' })).status, 401);
    bring('agents', 'first');
    await becomes('first', 200);
    bring('agents', 'second');
    await becomes('second', 200);
    assert.equal((await ask({ 'x-api-key': 'first' })).status, 401);
    rmSync(join(proxy.folder, 'keys', 'agents'));
    await becomes('second', 401);
    assert.ok(!running.hasEnded);
  });

  it('shows no key in its files, its environment or its log', async () => {
    bring('agents', 'a-key-that-nobody-must-see');
    const { ask, running } = await started();
    await ask({ 'x-api-key': 'a-key-that-nobody-must-see' });
    await ask({ authorization: 'Bearer another-key-that-nobody-must-see' });
    assert.doesNotMatch(running.output, /nobody-must-see/);
    assert.doesNotMatch(readFileSync(join(proxy.folder, 'known', 'keys.map'), 'utf8'), /nobody-must-see/);
  });

  it('ends by the signal of its image once the request that is open is answered', async () => {
    bring('agents', 'key');
    const { ask, running } = await started();
    const open = ask({ 'x-api-key': 'key' }, { path: '/v2/memories/slow' });
    while (held.length === 0) await sleep(20);
    // In its first milliseconds HAProxy takes no signal.
    for (; !/Proxy guarded stopped/.test(running.output); await sleep(100)) running.signal('SIGUSR1');
    assert.ok(!running.hasEnded);
    held[0]?.end('from the server');
    assert.equal((await open).status, 200);
    assert.deepEqual(await running.ended, { code: 0, signal: null }, running.output);
  });

  it('ends where the proxy does, so that its container starts anew', async () => {
    const { running } = await started();
    const [master = ''] = readFileSync(`/proc/${running.pid}/task/${running.pid}/children`, 'utf8').split(' ');
    process.kill(Number(master), 'SIGKILL');
    const { code } = await running.ended;
    assert.equal(code, 137, running.output);
  });
});
