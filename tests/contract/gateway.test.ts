import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { httpRoute } from '../../components/kit/objects/http-route';
import { clusterSchema } from '../../config/cluster';
import { openConnection } from '../../operate/mcp/connection';
import { openSession } from '../../operate/mcp/session';
import { type StartedProxy, startedProxy } from '../support/contract/bearer-proxy';
import { Gateway, obtainEnvoy } from '../support/contract/envoy';
import { send } from '../support/contract/http';
import { KnowledgeServer } from '../support/contract/knowledge-server';
import { orSkip } from '../support/contract/missing';
import { distributionProgram, type Program } from '../support/contract/program';

const token = 'correct-horse-battery-staple';
const configuration = join(__dirname, '..', '..', 'components', 'kit', 'parts', 'auth-sidecar.cfg');
const hostname = 'notes.example.org';
const headers = { Authorization: `Bearer ${token}` };
/** What Envoy does with a silent stream in five minutes it does here in one second. */
const silenceSeconds = 1;

describe('a server behind its proxy behind the real Envoy', function () {
  this.timeout(30_000);
  let envoy: string;
  let haproxy: Program;
  let server: KnowledgeServer;
  let proxy: StartedProxy;
  let gateways: Gateway[];

  before(async function () {
    this.timeout(0);
    envoy = await orSkip(this, obtainEnvoy);
    haproxy = await orSkip(this, () => distributionProgram('haproxy'));
  });
  beforeEach(async () => {
    gateways = [];
    server = await KnowledgeServer.started({ env: { RATE_LIMIT_ENABLED: 'false' } });
    const { port } = server;
    proxy = await startedProxy(haproxy, configuration, {
      token,
      limit: { requestsPerMinute: 20, per: 'address' },
      upstream: {
        port,
        health: { port, paths: ['/health'] },
        openPaths: ['/health'],
        isBehindEntrance: true,
        sessionPath: '/api/v1/sse',
      },
    });
  });
  afterEach(async () => {
    for (const gateway of gateways) await gateway.stop();
    await proxy?.process.stop(1, 'SIGKILL');
    await server?.stop();
  });

  /** The paths of the seed, on a Gateway that honours the timeouts of a route or does not. */
  async function started(streamTimeouts = true): Promise<Gateway> {
    const { gateway } = clusterSchema.parse({
      gateway: { name: 'gw', proxies: { namespace: 'gateways' }, streamTimeouts },
    });
    assert.ok(gateway);
    const backend = { name: 'notes', port: 3001 };
    const rules = [
      { path: '/health', isExact: true, backend },
      { path: '/api/v1', backend },
    ];
    const { object } = httpRoute({ metadata: { name: 'notes' }, gateway, hostname, rules });
    const found = await Gateway.started(envoy, object, proxy.guarded, silenceSeconds);
    gateways.push(found);
    return found;
  }

  async function connected(gateway: Gateway, kind: 'http' | 'sse') {
    const connection = openConnection({ address: { host: '127.0.0.1', port: gateway.port }, headers });
    const path = kind === 'sse' ? 'sse' : 'mcp';
    const session = await openSession(`http://${hostname}/api/v1/${path}`, connection, kind);
    return { session, end: () => session.close().finally(() => connection.close()) };
  }

  it('is reached by official clients of both transports, at exactly the paths of its route', async () => {
    const gateway = await started();
    for (const kind of ['http', 'sse'] as const) {
      const { end, session } = await connected(gateway, kind);
      assert.equal((await session.client.listTools()).tools.length, 7, kind);
      await end();
    }
    const status = async (path: string) =>
      (await send({ port: gateway.port, path, headers: { host: hostname } })).status;
    assert.deepEqual([await status('/health'), await status('/api/v1/mcp')], [200, 401]);
    for (const path of ['/health/', '/healthz', '/', '/api/v10', '/api']) assert.equal(await status(path), 404, path);
  });

  it('keeps a silent stream on a route whose timeouts are switched off', async () => {
    const { end, session } = await connected(await started(), 'sse');
    await sleep(silenceSeconds * 2500);
    assert.equal((await session.client.listTools()).tools.length, 7);
    await end();
  });

  it('loses a silent stream on any other route', async () => {
    const { port } = await started(false);
    const request = get({ port, path: '/api/v1/sse', headers: { host: hostname, ...headers } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    assert.equal(response.statusCode, 200);
    const [error] = await once(response.resume(), 'error');
    assert.match(String(error), /aborted/);
  });

  it('tells its clients apart by what Envoy saw, not by what they say of themselves', async () => {
    const { port } = await started();
    const statuses = [];
    for (let at = 0; at < 22; at += 1) {
      const forged = { host: hostname, ...headers, 'x-forwarded-for': `192.0.2.${at}` };
      statuses.push((await send({ port, path: '/api/v1/mcp', headers: forged })).status);
    }
    assert.deepEqual(statuses, [...Array(20).fill(400), 429, 429]);
  });
});
