import { isIP } from 'node:net';
import type { ClusterFacts } from '../../../config/cluster';
import type { Peer } from '../../system/flow';

/** A host with the port that it listens on, which something of ours talks to. */
export interface Remote {
  /** Name or address of the host; where a policy may name several hosts, `*.` before a domain for every name below it. */
  readonly host: string;
  readonly port: number;
}

const defaultPorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'ssh:': 22 };

/** Host and port of a URL. */
export function remoteOf(url: string): Remote {
  const { hostname, port, protocol } = new URL(url);
  // The parser lowers the case of hosts for the web's own schemes only, and keeps the brackets of IPv6.
  const host = hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(port || (defaultPorts[protocol] ?? 443)) };
}

/**
 * The other end of a flow to a host. A host is in the cluster where its name says so: `….svc`, alone or before the cluster's
 * domain, or a name without a dot, which is a Service of the namespace that asks. Policies know pods and their ports, so
 * such a Service must have the port of its pods. An address stands for itself, and every other name for a host outside.
 */
export function peerAt(host: string, { domain }: Pick<ClusterFacts, 'domain'>): Peer {
  if (isIP(host) !== 0) return { kind: 'addresses', cidrs: [`${host}/${isIP(host) === 4 ? 32 : 128}`] };
  const name = host.replace(/\.$/, '');
  if (!name.includes('.')) return { kind: 'pods', labels: {} };
  const [zone, namespace, service] = without(`.${domain}`, name).split('.').reverse();
  if (zone === 'svc' && namespace !== undefined && service !== undefined)
    return { kind: 'pods', namespace, labels: {} };
  return { kind: 'hosts', names: [name] };
}

function without(suffix: string, name: string): string {
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}

/** One peer of several hosts, with the port that all of these listen on. */
export interface PeerOfHosts {
  /** What tells its policy from those of the other peers; empty for hosts outside on port 443. */
  readonly suffix: string;
  readonly peer: Peer;
  readonly port: number;
}

/** The peers of several hosts: each host with its own port, and those together that one rule can name. */
export function peersAt(remotes: readonly Remote[], cluster: Pick<ClusterFacts, 'domain'>): PeerOfHosts[] {
  const found = new Map<string, PeerOfHosts>();
  for (const { host, port } of remotes) {
    const peer = peerAt(host, cluster);
    const suffix = `${placeOf(peer)}${port === 443 ? '' : `-${port}`}`;
    const known = found.get(suffix)?.peer;
    found.set(suffix, { suffix, port, peer: known ? together(known, peer) : peer });
  }
  return [...found.values()];
}

function placeOf(peer: Peer): string {
  switch (peer.kind) {
    case 'pods':
      return peer.namespace === undefined ? '-in-own-namespace' : `-in-${peer.namespace}`;
    case 'addresses':
      return '-by-address';
    default:
      return '';
  }
}

/** Two peers of one place as one. */
function together(a: Peer, b: Peer): Peer {
  if (a.kind === 'hosts' && b.kind === 'hosts') return { kind: 'hosts', names: [...new Set([...a.names, ...b.names])] };
  if (a.kind === 'addresses' && b.kind === 'addresses') {
    return { kind: 'addresses', cidrs: [...new Set([...a.cidrs, ...b.cidrs])] };
  }
  return a;
}
