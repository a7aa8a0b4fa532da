import type { Flow } from '../../../system/flow';
import { type StoreFlowsArgs, storeFlows } from '../flows';
import { chromaPorts } from './objects';

/** Requests of those who use Chroma. */
export function chromaFlows(args: StoreFlowsArgs): Flow[] {
  return storeFlows(args, chromaPorts.requests);
}
