import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { stackCluster } from '../../../operate/cluster/stack-cluster';
import { findDrift } from '../../../operate/commands/drift/find-drift';
import type { Drift } from '../../../operate/commands/drift/finding';
import type { DescribedStack } from '../../../operate/stack';
import { controlPlane } from './control-plane';

/** Everything that `fleet drift` finds, with what others own. */
export async function foundDrifts(stack: DescribedStack): Promise<readonly Drift[]> {
  const { cluster, folder } = controlPlane();
  const options = { kubeconfig: cluster.kubeconfig, context: 'kwok-test' };
  const reached = await stackCluster(fleetHomeAt(folder), stack, options);
  return (await findDrift(stack, reached, new AbortController().signal)).drifts;
}
