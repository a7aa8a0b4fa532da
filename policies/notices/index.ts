import type { Plan } from '../../components/system';
import type { Notice } from './notice';
import { privateHosts } from './private-hosts';
import { unreachableServers } from './unreachable-servers';

/** Everything of a plan that its operator should know before it is rolled out. */
export function noticesOf({ cluster, systems }: Plan): Notice[] {
  return systems.flatMap((system) =>
    [...unreachableServers(system, cluster), ...privateHosts(system, cluster)].map((notice) => ({
      path: system.path.join('.'),
      ...notice,
    })),
  );
}
