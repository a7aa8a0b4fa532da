import assert from 'node:assert/strict';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import type { Api } from '../../../operate/cluster/api';
import { openEndpoint, openUrl, type ServerPlace } from '../../../operate/mcp/endpoint';
import { describedStack, serverOf, systemOf } from '../../../operate/stack';
import { withEnvironment } from '../../support/unit/operate';

const checkout = join(__dirname, '..', '..', '..');

/** A place in a cluster whose API answers by these bodies, by the start of the path; everything else is not there. */
function placeIn(stack: string, answers: Readonly<Record<string, unknown>> | undefined): ServerPlace {
  const api: Api = {
    server: 'https://cluster.test',
    send: async (_, path) => {
      const found = Object.entries(answers ?? {}).find(([start]) => path.startsWith(start));
      return found ? { status: 200, body: JSON.stringify(found[1]) } : { status: 404, body: '' };
    },
  };
  const system = systemOf(describedStack(checkout, stack), 'memory-mcp');
  return {
    stack,
    system,
    server: serverOf(system),
    cluster: async () => {
      assert.ok(answers, 'the cluster is asked');
      return { api, kubeConfig: new KubeConfig() };
    },
  };
}

const namespace = '/api/v1/namespaces/memory-mcp';
const pod = (name: string, ready: string, extra: object = {}) => ({
  metadata: { name, ...extra },
  status: { conditions: [{ type: 'Ready', status: ready }] },
});

describe('the way to the MCP endpoint of a system', () => {
  it('is its host name, with the token of its Secret', async () => {
    const token = Buffer.from('abc').toString('base64');
    const place = placeIn('goddess', {
      [`${namespace}/secrets/memory-mcp-bearer`]: { metadata: { resourceVersion: '1' }, data: { token } },
    });
    const endpoint = await openEndpoint(place);
    assert.deepEqual([endpoint.url, endpoint.way], ['https://memories.svc.echoes/mcp', 'host name']);
    assert.deepEqual(endpoint.connection.headers, { Authorization: 'Bearer abc' });
    await endpoint.close();
  });

  it('needs no cluster where the environment has the token', async () => {
    await withEnvironment({ FLEET_TOKEN: 'mine' }, async () => {
      const endpoint = await openEndpoint(placeIn('goddess', undefined));
      assert.deepEqual(endpoint.connection.headers, { Authorization: 'Bearer mine' });
      await endpoint.close();
    });
  });

  it('is a forwarded port of a ready pod where there is no host name', async () => {
    const items = [pod('old', 'True', { deletionTimestamp: 'now' }), pod('new', 'False'), pod('good', 'True')];
    const endpoint = await openEndpoint(placeIn('local', { [`${namespace}/pods`]: { items } }));
    assert.equal(endpoint.way, 'port-forward');
    assert.match(endpoint.url, /^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
    assert.match(endpoint.words, /pod memory-mcp\/good/);
    await endpoint.close();
  });

  it('is a forwarded port where that is asked for, past the Gateway and its key', async () => {
    const place = placeIn('staging', { [`${namespace}/pods`]: { items: [pod('good', 'True')] } });
    const endpoint = await openEndpoint(place, { portForward: true });
    assert.deepEqual([endpoint.way, endpoint.connection.headers], ['port-forward', {}]);
    await endpoint.close();
  });

  it('says where no pod is ready', async () => {
    const place = placeIn('local', { [`${namespace}/pods`]: { items: [pod('new', 'False')] } });
    await assert.rejects(openEndpoint(place), (error: Error & { remedy?: string }) => {
      assert.match(error.message, /no pod of memory-mcp is ready in namespace memory-mcp/);
      assert.match(error.remedy ?? '', /kubectl -n memory-mcp get pods -l app=memory-mcp/);
      return true;
    });
  });
});

describe('the way to an MCP endpoint by its URL', () => {
  it('shows the token of the environment, and of nowhere else', async () => {
    const bare = openUrl('http://127.0.0.1:1/mcp');
    assert.deepEqual(bare.connection.headers, {});
    await bare.close();
    await withEnvironment({ FLEET_TOKEN: 'mine\n' }, async () => {
      const endpoint = openUrl('http://127.0.0.1:1/mcp');
      assert.deepEqual(endpoint.connection.headers, { Authorization: 'Bearer mine' });
      await endpoint.close();
    });
  });

  it('must be one', () => {
    for (const url of ['memories.example.org', 'ftp://memories.example.org/mcp']) {
      assert.throws(() => openUrl(url), /is no URL of a server/);
    }
  });
});
