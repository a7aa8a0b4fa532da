import assert from 'node:assert/strict';
import type { V1Deployment } from '@kubernetes/client-node';
import { fleetHome } from '../../operate/base/fleet-home';
import { restartWorkload, waitForRollout } from '../../operate/cluster/rollout';
import { stackCluster } from '../../operate/cluster/stack-cluster';
import { controlPlane, live, openTestStack, removeNamespace } from '../support/cluster/control-plane';

describe('a server that was restarted', () => {
  const workload = { kind: 'Deployment', name: 'memory-mcp', namespace: 'memory-mcp' } as const;
  const deployment = { apiVersion: 'apps/v1', kind: workload.kind, metadata: workload };

  after(() => removeNamespace(workload.namespace));

  it('is left alone by the next update of its stack', async () => {
    const stack = await openTestStack('local', 'restarted');
    await stack.up();
    const anyStack = { name: 'restarted', config: { cluster: {} } as never };
    const { api } = await stackCluster(fleetHome(), anyStack, controlPlane().cluster);
    await restartWorkload(api, workload);
    await waitForRollout(api, workload, { seconds: 60 });
    const before = await live<V1Deployment>(deployment);
    const { changes } = await stack.up();
    assert.deepEqual(Object.keys(changes), ['same'], JSON.stringify(changes));
    const after = await live<V1Deployment>(deployment);
    const annotation = 'kubectl.kubernetes.io/restartedAt';
    assert.equal(after?.metadata?.generation, before?.metadata?.generation);
    assert.ok(after?.spec?.template.metadata?.annotations?.[annotation]);
  });
});
