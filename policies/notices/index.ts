import type { Plan } from '../../components/system';
import { privateHosts } from './private-hosts';
import { unreachableServers } from './unreachable-servers';

/** Something that a plan may well mean, and that is more often an oversight. It stops nothing. */
export interface Notice {
  /** Where the stack file has the settings of the system, such as `memoryMcp`. */
  readonly path: string;
  /** What it is about, in a few words. */
  readonly subject: string;
  readonly found: string;
  readonly remedy: string;
}

/** Everything of a plan that its operator should know before it is rolled out. */
export function noticesOf({ cluster, systems }: Plan): Notice[] {
  return systems.flatMap((system) =>
    [...unreachableServers(system, cluster), ...privateHosts(system, cluster)].map((notice) => ({
      path: system.path.join('.'),
      ...notice,
    })),
  );
}
