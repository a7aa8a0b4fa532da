import assert from 'node:assert/strict';
import { parseStack } from '../../../components/stack';

const engine = { image: `registry.example.org/context-engine:1@sha256:${'0'.repeat(64)}`, layout: 'single-node' };
const of = (clients: object[], production: boolean) =>
  parseStack({ cluster: { production }, memoryMcp: { clients }, contextEngine: { ...engine, clients } }, 'test');

describe('clients', () => {
  it('may be every pod of a cluster that is not production', () => {
    const { contextEngine, memoryMcp } = of([{ namespace: '*' }], false);
    for (const settings of [contextEngine, memoryMcp]) {
      assert.deepEqual(settings?.clients, [{ namespace: '*', labels: {} }]);
    }
  });

  it('are namespaces by their names on production, also where labels are asked for besides', () => {
    for (const client of [{ namespace: '*' }, { namespace: '*', labels: { app: 'agent' } }]) {
      for (const system of ['memoryMcp', 'contextEngine']) {
        const message = new RegExp(`${system}\\.clients\\[1\\]\\.namespace: found "\\*", .*production stack`);
        assert.throws(() => of([{ namespace: 'agents' }, client], true), { message });
      }
    }
    of([{ namespace: 'agents' }], true);
  });

  it('are no patterns of namespaces', () => {
    for (const namespace of ['agents-*', '**', '', 'Agents']) {
      assert.throws(() => of([{ namespace }], false), { message: /memoryMcp\.clients\[0\]\.namespace/ }, namespace);
    }
  });
});
