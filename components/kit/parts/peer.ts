import { isIP } from 'node:net';
import type { ClusterFacts } from '../../../config/cluster';
import { namespaceIn, withoutEnd } from '../../../config/cluster/network';
import type { Peer } from '../../system/flow';

/** A host with the port that it listens on, which something of ours talks to. */
export interface Remote {
  /** Name or address of the host; where a policy may name several hosts, `*.` before a domain for every name below it. */
  readonly host: string;
  readonly port: number;
}

/** The other end of a flow to a host, and the port that policies go by: where it is pods, theirs. */
export interface RemotePeer {
  readonly peer: Peer;
  readonly port: number;
}

/** What must be known of a cluster to tell who a host is. */
export type HostFacts = Pick<ClusterFacts, 'domain' | 'privateNetworks' | 'services'>;

const defaultPorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'ssh:': 22 };

/** Host and port of a URL. */
export function remoteOf(url: string): Remote {
  const { hostname, port, protocol } = new URL(url);
  // The parser lowers the case of hosts for the web's own schemes only, and keeps the brackets of IPv6.
  const host = hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(port || (defaultPorts[protocol] ?? 443)) };
}

/**
 * The other end of a flow to a host. It is in the cluster where `cluster.services` or its name says so: `….svc`, alone or
 * before the cluster's domain, or a name without a dot, which is a Service of the namespace that asks. Policies know pods
 * and their ports, so a Service that no key tells about must have the port of its pods. An address stands for itself, and
 * every other name for a host outside: on the networks that `cluster.privateNetworks` has for it, else on the internet.
 */
export function peerAt({ host, port }: Remote, cluster: HostFacts): RemotePeer {
  if (isIP(host) !== 0) {
    return { peer: { kind: 'addresses', cidrs: [`${host}/${isIP(host) === 4 ? 32 : 128}`] }, port };
  }
  const name = withoutEnd('.', host);
  const known = serviceAt({ host: name, port }, cluster);
  const namespace = known?.namespace ?? namespaceIn(name, cluster.domain);
  if (known || namespace !== undefined || !name.includes('.')) {
    return { peer: { kind: 'pods', namespace, labels: known?.labels ?? {} }, port: known?.targetPort ?? port };
  }
  const networks = networksOf(name, cluster);
  return { peer: { kind: 'hosts', names: [name], ...(networks.length > 0 ? { networks } : {}) }, port };
}

/** Characters of the longest name that DNS knows. */
const longestName = 253;

/** What `cluster.services` says of a host: rather of the very name than of all names below a domain, and of the very port. */
function serviceAt({ host, port }: Remote, { domain, services }: HostFacts): HostFacts['services'][number] | undefined {
  const rank = (each: HostFacts['services'][number]) =>
    2 * (each.host.startsWith('*.') ? each.host.length : longestName + 1) + (each.port === undefined ? 0 : 1);
  const [best] = services
    .filter((each) => covers(inShort(each.host, domain), inShort(host, domain)) && (each.port ?? port) === port)
    .toSorted((a, b) => rank(b) - rank(a));
  return best;
}

/** The name of a Service without the cluster's domain, which may follow or not. */
function inShort(host: string, domain: string): string {
  const short = withoutEnd(`.${domain}`, host);
  return short.endsWith('.svc') ? short : host;
}

/** Whether a name is the one that is said, or one below its domain; of what is a pattern itself, whether all of it is. */
function covers(said: string, host: string): boolean {
  return said === host || (said.startsWith('*.') && host.endsWith(said.slice(1)));
}

function networksOf(host: string, { privateNetworks }: HostFacts): string[] {
  const holds = ({ hosts }: HostFacts['privateNetworks'][number]) =>
    hosts ? hosts.some((each) => covers(each, host)) : isPrivateName(host);
  return [...new Set(privateNetworks.filter(holds).flatMap(({ cidrs }) => cidrs))];
}

/** Endings that no name of the internet has: RFC 6762 with its appendix G, RFC 8375, ICANN's own, and what it never delegates. */
const privateEndings = [
  'internal',
  'local',
  'localdomain',
  'lan',
  'home',
  'corp',
  'mail',
  'intranet',
  'private',
  'home.arpa',
];

/** Whether a name is evidently one of a private network. */
export function isPrivateName(host: string): boolean {
  return privateEndings.some((ending) => host.endsWith(`.${ending}`));
}

/** One peer of several hosts, with the port that all of these listen on. */
export interface PeerOfHosts extends RemotePeer {
  /** What tells its policy from those of the other peers; empty for hosts on the internet on port 443. */
  readonly suffix: string;
}

/** The peers of several hosts: each host with its own port, and those together that one rule can name. */
export function peersAt(remotes: readonly Remote[], cluster: HostFacts): PeerOfHosts[] {
  const found: { peer: Peer; port: number; place: string }[] = [];
  for (const remote of remotes) {
    const { peer, port } = peerAt(remote, cluster);
    const place = placeOf(peer);
    const index = found.findIndex((each) => each.place === place && each.port === port && oneToARule(each.peer, peer));
    const known = found[index];
    if (known) found[index] = { ...known, peer: together(known.peer, peer) };
    else found.push({ peer, port, place });
  }
  const used = new Set<string>();
  return found.map(({ peer, place, port }) => {
    const plain = `${place}${port === 443 ? '' : `-${port}`}`;
    let suffix = plain;
    // Pods of one namespace by other labels, or a namespace whose name ends like a port.
    for (let number = 2; used.has(suffix); number += 1) suffix = `${plain}-${number}`;
    used.add(suffix);
    return { peer, port, suffix };
  });
}

function placeOf(peer: Peer): string {
  switch (peer.kind) {
    case 'pods':
      return peer.namespace === undefined ? '-in-own-namespace' : `-in-${peer.namespace}`;
    case 'addresses':
      return '-by-address';
    case 'hosts':
      return peer.networks ? '-on-private-networks' : '';
    default:
      return '';
  }
}

/** Whether two peers of one place are one to a rule. */
function oneToARule(a: Peer, b: Peer): boolean {
  if (a.kind !== 'pods' || b.kind !== 'pods') return true;
  const [one, other] = [Object.entries(a.labels), Object.entries(b.labels)];
  return one.length === other.length && one.every(([key, value]) => b.labels[key] === value);
}

/** Two peers of one place as one. */
function together(a: Peer, b: Peer): Peer {
  if (a.kind === 'hosts' && b.kind === 'hosts') {
    const networks = [...new Set([...(a.networks ?? []), ...(b.networks ?? [])])];
    return {
      kind: 'hosts',
      names: [...new Set([...a.names, ...b.names])],
      ...(networks.length > 0 ? { networks } : {}),
    };
  }
  if (a.kind === 'addresses' && b.kind === 'addresses') {
    return { kind: 'addresses', cidrs: [...new Set([...a.cidrs, ...b.cidrs])] };
  }
  return a;
}
