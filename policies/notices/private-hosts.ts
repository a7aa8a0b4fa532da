import { isPrivateName } from '../../components/kit/parts/peer';
import type { SystemPlan } from '../../components/system';
import type { ClusterFacts } from '../../config/cluster';
import type { Notice } from './notice';

/** Hosts that are private by their names, on a cluster whose policies know no names and no network that holds them. */
export function privateHosts({ flows }: SystemPlan, cluster: ClusterFacts): Omit<Notice, 'path'>[] {
  if (cluster.networkPolicies === 'cilium') return [];
  const hosts = flows.flatMap(({ peer, purpose }) =>
    peer.kind === 'hosts' && peer.networks === undefined
      ? peer.names.filter(isPrivateName).map((name) => ({ name, purpose }))
      : [],
  );
  return [...Map.groupBy(hosts, ({ name }) => name)].map(([name, uses]) => ({
    subject: `host ${name}`,
    found: `${name} (${[...new Set(uses.map(({ purpose }) => purpose))].join(', ')}) is private by its name, and network policies open the public addresses alone for it`,
    remedy: 'say by cluster.privateNetworks on which networks it is, or by cluster.services which pods it is',
  }));
}
