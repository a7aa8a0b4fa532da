import type { Flow, Labels } from '../../system/flow';
import type { RemotePeer } from '../parts/peer';

export interface StoreFlowsArgs {
  /** Name of the store, with which the names of its flows begin. */
  readonly name: string;
  /** Labels of its pod. */
  readonly pods: Labels;
  /** Labels of the pods that use it. */
  readonly clients: Labels;
  /** What they do there, for the table in the docs. */
  readonly purpose: string;
}

/**
 * Requests of those who use a store: out of them, into it.
 *
 * @param remote the other end where somebody else runs the store; it speaks no HTTP, so that no proxy passes it on
 */
export function storeFlows(
  { clients, name, pods, purpose }: StoreFlowsArgs,
  port: number,
  remote?: RemotePeer,
): Flow[] {
  if (remote) {
    return [{ name: `${name}-out`, pods: clients, direction: 'out', ...remote, direct: true, purpose }];
  }
  return [
    { name: `${name}-out`, pods: clients, direction: 'out', peer: { kind: 'pods', labels: pods }, port, purpose },
    { name: `${name}-in`, pods, direction: 'in', peer: { kind: 'pods', labels: clients }, port, purpose },
  ];
}
