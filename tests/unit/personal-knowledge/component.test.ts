import assert from 'node:assert/strict';
import { PersonalKnowledge } from '../../../components/personal-knowledge/component';
import { recordRegistrations, resolved } from '../../support/engine-mocks';
import { describedInstance, image } from '../../support/unit/personal-knowledge';

const cluster = { name: 'test', monitoring: {} };
const clients = [{ namespace: 'agents' }];
const settings = { instances: { work: { image, clients } } };

describe('the PersonalKnowledge component', () => {
  it('registers exactly the described objects of its instance, and tells where it is', async () => {
    const registrations = await recordRegistrations(async () => {
      const component = new PersonalKnowledge('knowledge', { settings, cluster });
      const { http } = await resolved(component.endpoints);
      assert.equal(http.url, 'http://pk-mcp-service.pk-mcp-work.svc.cluster.local:3001/api/v1/mcp');
    });
    const [component, ...others] = registrations;
    assert.equal(component?.type, 'memory-fleet:index:PersonalKnowledge');
    const keys = Object.keys(describedInstance({ clients }, 'work', cluster).objects);
    assert.deepEqual(others.map(({ name }) => name).sort(), keys.map((key) => `knowledge-${key}`).sort());
  });

  it('puts encrypted values into its Secrets, and nowhere else', async () => {
    const secret = 'a key that nobody may see';
    const stores = { graph: { kind: 'none' as const }, postgres: { enabled: false } };
    const work = { image, clients, ...stores, secrets: { source: 'config' as const } };
    const registrations = await recordRegistrations(
      () =>
        new PersonalKnowledge('knowledge', {
          settings: { instances: { work } },
          cluster,
          secrets: { work: { openaiKey: secret } },
        }),
    );
    const holders = registrations.filter(({ inputs }) => JSON.stringify(inputs).includes(secret));
    assert.deepEqual(
      holders.map(({ type, name }) => `${type} ${name}`),
      ['kubernetes:core/v1:Secret knowledge-secrets'],
    );
  });

  it('is one instance: several are several components', () => {
    const several = { instances: { work: { image, clients }, home: { image, clients } } };
    assert.throws(
      () => new PersonalKnowledge('knowledge', { settings: several, cluster }),
      /expected one instance, found 2/,
    );
  });
});
