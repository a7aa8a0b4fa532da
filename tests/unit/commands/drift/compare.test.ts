import assert from 'node:assert/strict';
import { fieldManager } from '../../../../components/register/written';
import type { Api } from '../../../../operate/cluster/api';
import { kindsOf } from '../../../../operate/cluster/kinds';
import { compareObject } from '../../../../operate/commands/drift/compare';

const described = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'seen', namespace: 'test' } };

/** A cluster where a controller marks the object after each of the first reads. */
function clusterThatWrites(times: number): Api {
  let version = 1;
  const object = () => ({
    ...described,
    metadata: {
      ...described.metadata,
      resourceVersion: String(version),
      annotations: { revision: String(version) },
      managedFields: [
        {
          manager: fieldManager,
          operation: 'Apply',
          apiVersion: 'v1',
          fieldsV1: { 'f:metadata': { 'f:annotations': { 'f:revision': {} } } },
        },
      ],
    },
  });
  const send: Api['send'] = async (method, path) => {
    const answer = (body: unknown) => ({ status: 200, body: JSON.stringify(body) });
    if (path === '/api/v1') {
      return answer({ resources: [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true, verbs: ['get'] }] });
    }
    const read = answer(object());
    if (method === 'GET' && version <= times) version++;
    return read;
  };
  return { server: 'https://cluster.test', send };
}

const rights = { cluster: {} as never, scaled: new Map() };
const compared = (api: Api, seconds = 10) =>
  compareObject({ api, kinds: kindsOf(api), rights, waiting: { seconds, period: 1 } }, described);

describe('an object that a controller writes while it is compared', () => {
  it('is read again, so that no drift is made up of two states', async () => {
    assert.deepEqual(await compared(clusterThatWrites(1)), []);
    assert.deepEqual(await compared(clusterThatWrites(40)), []);
  });

  it('is said to be unknown where that never ends', async () => {
    const [unknown, ...others] = await compared(clusterThatWrites(Number.POSITIVE_INFINITY), 0.1);
    assert.deepEqual(others, []);
    assert.deepEqual([unknown?.object, unknown?.kind], ['ConfigMap test/seen', 'unknown']);
    assert.match(unknown?.note ?? '', /wrote to it each time that it was compared, for 0.1 s/);
  });
});
