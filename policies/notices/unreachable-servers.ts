import { portsOf } from '../../components/kit/parts/network-policies';
import type { SystemPlan } from '../../components/system';
import type { Flow, Peer } from '../../components/system/flow';
import type { Operations, ServerFacts } from '../../components/system/operations';
import type { ClusterFacts } from '../../config/cluster';
import type { Notice } from './notice';

/**
 * Servers that no flow lets anybody in to but who asks for their health and other pods of ours. Those that are one thing to
 * a client count as one: it takes the one that it can reach.
 */
export function unreachableServers({ flows, operations }: SystemPlan, cluster: ClusterFacts): Omit<Notice, 'path'>[] {
  const isReached = (server: ServerFacts) => flows.some((flow) => letsIn(flow, server, cluster));
  const alone = [...Map.groupBy(operations.servers, ({ client }) => client.name).values()]
    .filter((servers) => !servers.some(isReached))
    .flatMap((servers) => servers.map(({ name }) => name));
  if (alone.length === 0) return [];
  return [
    {
      subject: 'who may come in',
      found: `nobody can reach ${alone.join(', ')}: network policies let in no pod of others and nobody from outside`,
      remedy: waysIn(operations.entrances),
    },
  ];
}

function letsIn(flow: Flow, server: ServerFacts, cluster: ClusterFacts): boolean {
  return (
    flow.direction === 'in' &&
    Object.entries(flow.pods).every(([key, value]) => server.podLabels[key] === value) &&
    portsOf(flow, cluster).includes(server.ports.requests) &&
    isClient(flow.peer)
  );
}

/** Whether the other end is somebody who may have requests of their own. Pods of ours are known without their namespace. */
function isClient(peer: Peer): boolean {
  switch (peer.kind) {
    case 'pods':
      return peer.namespace !== undefined;
    case 'gateway':
    case 'ingress-controller':
      return true;
    case 'addresses':
      return peer.cidrs.length > 0;
    default:
      return false;
  }
}

function waysIn({ pods, users }: NonNullable<Operations['entrances']> = { users: [] }): string {
  const ways = [
    ...(pods === undefined ? [] : [`pods of the cluster by ${pods}`]),
    ...(users.length === 0 ? [] : [`users from outside by ${users.join(' or ')}`]),
  ];
  return ways.length > 0 ? `let in ${ways.join(', or ')}` : 'no key of the stack file lets anybody in';
}
