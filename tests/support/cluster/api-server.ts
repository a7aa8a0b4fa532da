import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { createCluster } from '../../../operate/local-cluster';
import { kwokFolder } from '../../../operate/local-cluster/control-plane';
import { clusterProcesses } from '../../../operate/local-cluster/processes';
import { controlPlane } from './control-plane';
import { clusterName, clusterOptions } from './lanes';

/** Kills the API server of this lane, in the middle of whatever it does. */
export function killApiServer(): void {
  const home = fleetHomeAt(controlPlane().folder);
  const server = clusterProcesses(kwokFolder(home, clusterName)).find(({ name }) => name === 'kube-apiserver');
  if (!server) throw new Error('there is no API server to kill');
  process.kill(server.pid, 'SIGKILL');
}

/** Starts again what was killed, if anything was, with its data and at its address. */
export async function healControlPlane(): Promise<void> {
  const { cluster, folder, tools } = controlPlane();
  const { start, server } = await createCluster(clusterOptions(fleetHomeAt(folder), tools));
  if (start === 'created' || server !== cluster.server) throw new Error(`the control plane ${start} at ${server}`);
}
