import type { ClusterFacts } from '../config/cluster';
import { describeContextEngine } from './context-engine/objects';
import { describeMemoryMcp } from './memory-mcp/objects';
import type { Config } from './schema';
import type { SystemPlan } from './system/described';

/** Everything that a stack puts on its cluster, as plain data. */
export interface Plan {
  readonly cluster: ClusterFacts;
  readonly systems: readonly SystemPlan[];
}

/** Describes every system that the configuration names. */
export function describePlan(config: Config): Plan {
  const { cluster, contextEngine, memoryMcp } = config;
  return {
    cluster,
    systems: [
      ...(memoryMcp ? [describeMemoryMcp(memoryMcp, cluster)] : []),
      ...(contextEngine ? [describeContextEngine(contextEngine, cluster)] : []),
    ],
  };
}
