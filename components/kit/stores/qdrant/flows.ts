import type { Flow, Labels, Peer } from '../../../system/flow';
import { type StoreFlowsArgs, storeFlows } from '../flows';
import { qdrantPorts } from './objects';

/** Requests of those who use Qdrant. */
export function qdrantFlows(args: StoreFlowsArgs): Flow[] {
  return storeFlows(args, qdrantPorts.requests);
}

/** Prometheus, which scrapes it. */
export function qdrantMetricsFlow(name: string, pods: Labels, prometheus: Peer): Flow {
  const port = qdrantPorts.requests;
  return { name: `${name}-from-monitoring`, pods, direction: 'in', peer: prometheus, port, purpose: 'metrics' };
}
