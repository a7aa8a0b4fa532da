import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { connectWith, get } from '../../../operate/cluster/api';

describe('a request to the API server', () => {
  let server: Server;
  let requests = 0;
  let busy = 0;

  before(async () => {
    server = createServer((_, response) => {
      requests += 1;
      response.writeHead(requests <= busy ? 429 : 200, { 'content-type': 'application/json' });
      response.end(requests <= busy ? '{"message": "storage is (re)initializing"}' : '{"items": []}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => server.close());

  it('is sent again while the server says that it is too busy to do anything', async () => {
    [requests, busy] = [0, 1];
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: 'c', server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, skipTLSVerify: true },
      { name: 'u' },
    );
    assert.deepEqual(await get(await connectWith(config), '/api/v1/nodes'), { items: [] });
    assert.equal(requests, 2);
  });
});
