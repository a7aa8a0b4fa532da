import { Failure } from '../base/failure';

/**
 * The nodes of a local cluster: simulated ones, which run no container; one real node, on this machine; or the real one beside
 * simulated ones, which then take only pods that tolerate {@link simulatedTaint}.
 */
export type Nodes = 'simulated' | 'real' | 'both';

/** Keeps pods off simulated nodes where a real one stands beside them. */
export const simulatedTaint = { key: 'memory-fleet.local/simulated', effect: 'NoSchedule' } as const;

/** Whether one of them is real. */
export function hasReal(nodes: Nodes): boolean {
  return nodes !== 'simulated';
}

/** Whether some of them are simulated. */
export function hasSimulated(nodes: Nodes): boolean {
  return nodes !== 'real';
}

/**
 * A cluster keeps the kind of its nodes: certificates name what reaches it, and volumes lie on nodes.
 *
 * @param kept what an existing cluster has
 * @throws Failure
 */
export function requireSameNodes(kept: string, wanted: Nodes): void {
  if (kept === wanted) return;
  const has = kept === 'simulated' ? 'simulated nodes' : 'a real node';
  throw new Failure(
    `the local cluster that is here was made with ${has}, and keeps them`,
    `go on with it by \`${startOf(kept)}\`, or forget it by \`npm run reset\` first`,
  );
}

/** The command that goes on with a cluster of such nodes. */
export function startOf(nodes: string): string {
  return nodes === 'simulated' ? 'npm start' : 'npm start -- --real';
}
