import type { Flow } from '../../../system/flow';
import { type StoreFlowsArgs, storeFlows } from '../flows';
import { falkordbPorts } from './objects';

/** Requests of those who use FalkorDB. */
export function falkordbFlows(args: StoreFlowsArgs): Flow[] {
  return storeFlows(args, falkordbPorts.requests);
}
