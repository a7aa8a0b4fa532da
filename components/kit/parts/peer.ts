import type { Peer } from './network-policies';

/**
 * A host by its name: every pod of the namespace where it is a Service of the cluster, else a host outside. Policies know
 * pods and their ports, so a Service must have the port of its pods.
 */
export function peerAt(hostname: string): Peer {
  const [, namespace, ...rest] = hostname.split('.');
  const inCluster = namespace !== undefined && (rest.length === 0 || rest[0] === 'svc');
  return inCluster ? { kind: 'pods', namespace, labels: {} } : { kind: 'hosts', names: [hostname] };
}
