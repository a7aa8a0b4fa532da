import assert from 'node:assert/strict';
import type { SystemPlan } from '../../../../components/system';
import { Failure } from '../../../../operate/base/failure';
import type { Api } from '../../../../operate/cluster/api';
import { withoutServers } from '../../../../operate/commands/recover/servers';

const workload = (kind: string, name: string) => ({ workload: { kind, name }, startupSeconds: 1 });

/** A system of three servers, of which two are one workload. */
const system = {
  namespace: 'ns',
  operations: {
    servers: [workload('Deployment', 'one'), workload('StatefulSet', 'two'), workload('Deployment', 'one')],
  },
} as unknown as SystemPlan;

describe('servers that are stopped for a restore', () => {
  function cluster(refused: string[] = []) {
    const replicas: Record<string, number> = { one: 3, two: 0 };
    const json = (status: number, body: object) => ({ status, body: JSON.stringify(body) });
    const api: Api = {
      server: '',
      send: async (method, path, { body } = {}) => {
        const name = /\/(one|two)(\/scale)?$/.exec(path)?.[1];
        if (name === undefined) return json(200, { items: [] });
        const wanted = (body as { spec: { replicas: number } } | undefined)?.spec.replicas;
        if (method === 'PATCH' && wanted !== undefined) {
          if (wanted > 0 && refused.includes(name)) return json(500, { message: 'no leader' });
          replicas[name] = wanted;
        }
        const count = replicas[name];
        const status = { observedGeneration: 1, replicas: count, updatedReplicas: count, readyReplicas: count };
        return json(200, { metadata: { generation: 1 }, spec: { replicas: count }, status });
      },
    };
    return { api, replicas };
  }
  const signal = new AbortController().signal;

  it('are away meanwhile, and all there afterwards', async () => {
    const { api, replicas } = cluster();
    const seen = await withoutServers(api, system, signal, async () => ({ ...replicas }));
    assert.deepEqual(seen, { one: 0, two: 0 });
    assert.deepEqual(replicas, { one: 3, two: 1 });
  });

  it('come back where the work fails, each whatever becomes of the others, and the one that does not is named', async () => {
    const { api, replicas } = cluster(['one']);
    const work = () => Promise.reject(new Failure('the backup is of another key', 'bring that'));
    await assert.rejects(withoutServers(api, system, signal, work), (error: Failure) => {
      const [first, second] = error.message.split('\n');
      assert.equal(first, 'the backup is of another key');
      assert.match(second ?? '', /^Deployment ns\/one is stopped and could not be started again: .*no leader$/);
      assert.equal(error.remedy, 'kubectl -n ns scale deployment/one --replicas 3');
      return true;
    });
    assert.deepEqual(replicas, { one: 0, two: 1 });
  });
});
