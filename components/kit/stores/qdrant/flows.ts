import type { Flow, Labels, Peer } from '../../../system/flow';
import { qdrantPorts } from './objects';

export interface QdrantFlowsArgs {
  /** Name of Qdrant, with which the names of its flows begin. */
  readonly name: string;
  /** Labels of its pod. */
  readonly pods: Labels;
  /** Labels of the pods that use it. */
  readonly clients: Labels;
  /** What they do there, for the table in the docs. */
  readonly purpose: string;
}

/** Requests of those who use Qdrant: out of them, into it. */
export function qdrantFlows({ clients, name, pods, purpose }: QdrantFlowsArgs): Flow[] {
  const port = qdrantPorts.requests;
  return [
    { name: `${name}-out`, pods: clients, direction: 'out', peer: { kind: 'pods', labels: pods }, port, purpose },
    { name: `${name}-in`, pods, direction: 'in', peer: { kind: 'pods', labels: clients }, port, purpose },
  ];
}

/** Prometheus, which scrapes it. */
export function qdrantMetricsFlow(name: string, pods: Labels, prometheus: Peer): Flow {
  const port = qdrantPorts.requests;
  return { name: `${name}-from-monitoring`, pods, direction: 'in', peer: prometheus, port, purpose: 'metrics' };
}
