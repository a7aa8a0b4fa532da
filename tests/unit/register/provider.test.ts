import assert from 'node:assert/strict';
import * as k8s from '@pulumi/kubernetes';
import { providerArgs } from '../../../components/register/provider';
import { recordRegistrations } from '../../support/engine-mocks';

describe('the provider of a stack', () => {
  it('takes over what is there already, whatever the version', () => {
    // Name and meaning as in provider.d.ts of @pulumi/kubernetes 4.29.0.
    assert.equal(providerArgs({ name: 'lab', context: 'kind' } as never).upsertExistingObjects, true);
  });

  it('gets from the pinned SDK what that knows, and nothing else', async () => {
    const [provider] = await recordRegistrations(async () => {
      new k8s.Provider('cluster', providerArgs({ name: 'lab', context: 'kind' } as never));
    });
    assert.deepEqual(provider?.inputs, {
      clusterIdentifier: 'lab',
      context: 'kind',
      enableConfigMapMutable: 'true',
      enableSecretMutable: 'true',
    });
  });
});
