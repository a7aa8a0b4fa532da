import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { connectWith, create, get, type Refused } from '../../../operate/cluster/api';

describe('a request to the API server', () => {
  let server: Server;
  let requests = 0;
  let busy = 0;
  let status = 200;

  before(async () => {
    server = createServer((_, response) => {
      requests += 1;
      response.writeHead(requests <= busy ? 429 : status, { 'content-type': 'application/json' });
      response.end(requests <= busy ? '{"message": "storage is (re)initializing"}' : '{"items": []}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => server.close());

  it('is sent again while the server says that it is too busy to do anything', async () => {
    [requests, busy, status] = [0, 1, 200];
    assert.deepEqual(await get(await api(), '/api/v1/nodes'), { items: [] });
    assert.equal(requests, 2);
  });

  it('is sent again to a server that is away for a moment, once it has answered, but for what creates', async () => {
    [requests, busy, status] = [0, 0, 200];
    const client = await api();
    await get(client, '/api/v1/nodes');
    const { port } = server.address() as AddressInfo;
    const close = () => new Promise((resolve) => server.close(resolve).closeAllConnections());
    await close();
    await assert.rejects(create(client, '/api/v1/pods', {}), { code: 'ECONNREFUSED' });
    const read = get(client, '/api/v1/nodes');
    await new Promise((resolve) => setTimeout(resolve, 700));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    assert.deepEqual(await read, { items: [] });
    await close();
    await assert.rejects(
      get(await api(port), '/api/v1/nodes'),
      { code: 'ECONNREFUSED' },
      'a first request waits for nobody',
    );
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  });

  it('that is refused tells what the server says, and what helps where a right is lacking', async () => {
    [requests, busy, status] = [0, 0, 403];
    await assert.rejects(get(await api(), '/api/v1/nodes'), (error: Refused) => {
      assert.match(error.message, /GET \/api\/v1\/nodes was refused \(403\)/);
      assert.match(error.remedy, /kubectl auth can-i/);
      return error.exitCode === 2;
    });
  });

  async function api(port = (server.address() as AddressInfo).port) {
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
      { name: 'u' },
    );
    return connectWith(config);
  }
});
