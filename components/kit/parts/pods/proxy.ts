import { BlockList, isIP } from 'node:net';
import type { ClusterFacts } from '../../../../config/cluster';
import type { PodsSettings } from '../../../../config/cluster/pods';
import type { Flow, Peer } from '../../../system/flow';
import { type PeerOfHosts, peersAt, remoteOf } from '../peer';

/** The proxies for URLs of either scheme: each stands in for the other. */
export function proxyUrls({ proxy }: PodsSettings): { readonly http?: string; readonly https?: string } {
  const http = proxy?.httpProxy ?? proxy?.httpsProxy;
  const https = proxy?.httpsProxy ?? proxy?.httpProxy;
  return { ...(http ? { http } : {}), ...(https ? { https } : {}) };
}

/**
 * The traffic of a system as it leaves the pods: what goes to hosts of others goes to the proxy instead, save what is
 * said to be reached without it, and what a client sends that knows no proxy.
 */
export function throughProxy(flows: readonly Flow[], cluster: ClusterFacts): Flow[] {
  const urls = Object.values(proxyUrls(cluster.pods));
  if (urls.length === 0) return [...flows];
  const proxies = peersAt([...new Set(urls)].map(remoteOf), cluster);
  const without = cluster.pods.proxy?.noProxy ?? [];
  return flows.flatMap((flow) => {
    if (flow.direction === 'in' || flow.direct) return [flow];
    const direct = directly(flow.peer, without);
    if (direct === flow.peer) return [flow];
    return [...(direct ? [{ ...flow, peer: direct }] : []), ...proxies.map((proxy) => toProxy(flow, proxy))];
  });
}

function toProxy(flow: Flow, { peer, port, suffix }: PeerOfHosts): Flow {
  return { ...flow, name: `${flow.name}-by-proxy${suffix}`, peer, port, purpose: `${flow.purpose}, by the proxy` };
}

/** What of a peer is reached without a proxy: all of it, some of its hosts, or nothing. */
function directly(peer: Peer, without: readonly string[]): Peer | undefined {
  if (peer.kind === 'hosts') {
    const names = peer.names.filter((name) => without.some((each) => holds(each, name)));
    if (names.length === peer.names.length) return peer;
    return names.length > 0 ? { ...peer, names } : undefined;
  }
  // Only of single addresses are we the clients.
  if (peer.kind !== 'addresses') return peer;
  const cidrs = peer.cidrs.filter((cidr) => without.some((each) => holds(each, cidr.replace(/\/\d+$/, ''))));
  if (cidrs.length === peer.cidrs.length) return peer;
  return cidrs.length > 0 ? { ...peer, cidrs } : undefined;
}

/** Whether an entry of NO_PROXY is about a host, as all clients agree: a name and all below it, an address, a network. */
function holds(entry: string, host: string): boolean {
  const name = entry.replace(/^\*?\./, '');
  if (isIP(host) === 0) return host === name || host.endsWith(`.${name}`);
  const [address = '', bits] = entry.split('/');
  if (isIP(address) !== isIP(host)) return false;
  const family = isIP(host) === 6 ? 'ipv6' : 'ipv4';
  const network = new BlockList();
  network.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  return network.check(host, family);
}
