import assert from 'node:assert/strict';
import type { Access } from '../../../components/system/operations';
import type { Api } from '../../../operate/cluster/api';
import { accessHeaders } from '../../../operate/mcp/credentials';
import { withEnvironment } from '../../support/unit/operate';

const bearer: Access = { mode: 'bearer', secret: { name: 'memory-mcp-bearer', key: 'token' } };
const keys: Access = { mode: 'gateway', header: 'x-api-key', secretName: 'keys' };

function cluster(secrets: Record<string, Record<string, string>>) {
  const api: Api = {
    server: 'https://cluster.test',
    send: async (_, path) => {
      const name = path.split('/').at(-1) ?? '';
      const data = Object.entries(secrets[name] ?? {}).map(([key, value]) => [
        key,
        Buffer.from(value).toString('base64'),
      ]);
      return secrets[name]
        ? { status: 200, body: JSON.stringify({ metadata: { resourceVersion: '1' }, data: Object.fromEntries(data) }) }
        : { status: 404, body: '' };
    },
  };
  return { api, namespace: 'memory-mcp' };
}

describe('what a client shows to be let in', () => {
  it('is nothing where nothing is asked for', async () => {
    assert.deepEqual(await accessHeaders({ mode: 'none' }, undefined), {});
  });

  it('is the bearer token of the Secret that the proxy reads, without the line break of its file', async () => {
    const headers = await accessHeaders(bearer, cluster({ 'memory-mcp-bearer': { token: 'abc\n' } }));
    assert.deepEqual(headers, { Authorization: 'Bearer abc' });
  });

  it('is any key of the Secret that the Gateway reads', async () => {
    assert.deepEqual(await accessHeaders(keys, cluster({ keys: { ann: 'k1' } })), { 'x-api-key': 'k1' });
  });

  it('comes from the environment where that has one', async () => {
    await withEnvironment({ FLEET_TOKEN: 'mine' }, async () => {
      assert.deepEqual(await accessHeaders(bearer, undefined), { Authorization: 'Bearer mine' });
    });
  });

  it('is asked for where there is none', async () => {
    await assert.rejects(accessHeaders(bearer, cluster({})), (error: Error & { remedy?: string }) => {
      assert.match(error.message, /asks for a bearer token, and none is known/);
      assert.match(error.remedy ?? '', /memory-mcp-bearer.*FLEET_TOKEN/);
      return true;
    });
  });
});
