import type { Flow } from '../../../system/flow';
import { type StoreFlowsArgs, storeFlows } from '../flows';
import { neo4jPorts } from './objects';

/** Connections of those who use Neo4j by its drivers. */
export function neo4jFlows(args: StoreFlowsArgs): Flow[] {
  return storeFlows(args, neo4jPorts.bolt);
}

/** Requests of those who use its API, such as backups. */
export function neo4jApiFlows(args: StoreFlowsArgs): Flow[] {
  return storeFlows(args, neo4jPorts.http);
}
