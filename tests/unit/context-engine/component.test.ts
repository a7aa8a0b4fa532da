import assert from 'node:assert/strict';
import { ContextEngine } from '../../../components/context-engine/component';
import { engineObject } from '../../../components/register/written';
import { recordRegistrations, resolved } from '../../support/engine-mocks';
import { described, facts, image } from '../../support/unit/context-engine';

const settings = {
  image,
  exposure: { kind: 'ingress' as const, hostname: 'context.example' },
  repositories: [{ source: 'git' as const, name: 'backend', url: 'https://git.example.org/backend' }],
};
const cluster = { name: 'test', ...facts, monitoring: {} };

describe('the ContextEngine component', () => {
  const { objects } = described(settings, cluster);

  it('registers exactly the described objects, and nothing else', async () => {
    const registrations = await recordRegistrations(() => new ContextEngine('engine', { settings, cluster }));
    const [component, ...others] = registrations;
    assert.equal(component?.type, 'memory-fleet:index:ContextEngine');
    assert.deepEqual(
      others.map(({ name }) => name).sort(),
      Object.keys(objects)
        .map((key) => `engine-${key}`)
        .sort(),
    );
    for (const [key, { awaited, object }] of Object.entries(objects)) {
      const registration = others.find(({ name }) => name === `engine-${key}`);
      assert.deepEqual(registration?.inputs, JSON.parse(JSON.stringify(engineObject(object, awaited))), key);
    }
  });

  it('tells where every server is', async () => {
    await recordRegistrations(async () => {
      const component = new ContextEngine('engine', { settings, cluster });
      assert.equal(await resolved(component.namespace), 'context-engine');
      const endpoints = await resolved(component.endpoints);
      assert.equal(endpoints['mcp-indexer-http']?.url, 'https://context.example/mcp-http/indexer/mcp');
      assert.deepEqual(Object.keys(endpoints), ['mcp-indexer-http', 'mcp-indexer', 'mcp-memory-http', 'mcp-memory']);
    });
  });

  it('puts encrypted values into Secrets, and nowhere else', async () => {
    const secret = 'a key that nobody may see';
    const apiKey = { source: 'config' as const, everyClientSendsIt: true };
    const registrations = await recordRegistrations(
      () =>
        new ContextEngine('engine', {
          settings: { ...settings, qdrant: { apiKey } },
          cluster,
          secrets: { qdrantKey: secret },
        }),
    );
    const holders = registrations.filter(({ inputs }) => JSON.stringify(inputs).includes(secret));
    assert.deepEqual(
      holders.map(({ type, name }) => `${type} ${name}`),
      ['kubernetes:core/v1:Secret engine-qdrantKey'],
    );
  });

  it('refuses wrong arguments by key, before it registers anything', async () => {
    const registrations = await recordRegistrations(() => {
      const wrong = { ...settings, preset: 'everything' as 'full' };
      assert.throws(() => new ContextEngine('e', { settings: wrong }), /e\.settings: 1 problem\n {2}preset: /);
    });
    assert.deepEqual(registrations, []);
  });
});
