import type { Flow } from '../../../system/flow';
import { type StoreFlowsArgs, storeFlows } from '../flows';
import { postgresPorts } from './objects';

/** Connections of those who use PostgreSQL. */
export function postgresFlows(args: StoreFlowsArgs): Flow[] {
  return storeFlows(args, postgresPorts.requests);
}
