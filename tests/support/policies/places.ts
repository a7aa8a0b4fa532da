import { BlockList, isIPv6 } from 'node:net';
import type { Plan, SystemPlan } from '../../../components/system';
import type { Flow, Peer } from '../../../components/system/flow';
import type { ClusterFacts } from '../../../config/cluster';
import { podLabelsOf, podOf } from '../../../policies/pods';
import type { Place } from '../policy-evaluator';

/** A flow of a system whose policy is one of Kubernetes. */
export interface PlannedFlow {
  readonly system: SystemPlan;
  readonly flow: Flow;
}

/** The flows that an evaluator of NetworkPolicies can judge, and those whose policy is of another kind. */
export function flowsOf({ systems }: Plan): { readonly judged: PlannedFlow[]; readonly others: PlannedFlow[] } {
  const all = systems.flatMap((system) => system.flows.map((flow) => ({ system, flow })));
  const { judged = [], others = [] } = Object.groupBy(all, ({ system, flow }) =>
    Object.values(system.objects).some(
      ({ object }) => object.kind === 'NetworkPolicy' && object.metadata.name === `${system.id}-${flow.name}`,
    )
      ? 'judged'
      : 'others',
  );
  return { judged, others };
}

/** Whether a place is one of the pods that a flow is about. */
export function isAtOurEnd({ system, flow }: PlannedFlow, { pod }: Place): boolean {
  return pod !== undefined && pod.namespace === system.namespace && includes(pod.labels, flow.pods);
}

/** Whether a place is the other end of a flow, by what the flow says and not by what its policy says. */
export function isAtOtherEnd({ system, flow: { peer } }: PlannedFlow, place: Place, cluster: ClusterFacts): boolean {
  const selected = podsOf(peer, system, cluster);
  if (selected) return place.pod?.namespace === selected.namespace && includes(place.pod.labels, selected.labels);
  return within(peer, place.address, cluster);
}

/** Every place that a plan speaks of, and strangers beside each: ours first. */
export function placesOf(plan: Plan): { readonly ours: Place[]; readonly others: Place[] } {
  const numbers = counter();
  const made = (name: string, namespace: string, labels: Readonly<Record<string, string>>): Place => ({
    name: `${name} in ${namespace}`,
    address: `10.1.${numbers()}`,
    pod: { namespace, labels },
  });
  const ours = plan.systems.flatMap((system) => {
    const described = Object.values(system.objects).flatMap(({ object }) =>
      podOf(object) ? [made(`${object.kind} ${object.metadata.name}`, system.namespace, podLabelsOf(object))] : [],
    );
    // Pods that a command makes on demand are in no plan; the table has their traffic all the same.
    const onDemand = flowsIn(system).filter((flow) => !described.some((place) => isAtOurEnd(flow, place)));
    const labels = new Map(onDemand.map(({ flow }) => [JSON.stringify(flow.pods), flow.pods]));
    const name = { 'app.kubernetes.io/name': system.id };
    return [...described, ...[...labels].map(([text, pods]) => made(text, system.namespace, { ...name, ...pods }))];
  });
  const peers = plan.systems.flatMap((system) => flowsIn(system));
  const pods = peers.flatMap(({ system, flow }) => podsOf(flow.peer, system, plan.cluster) ?? []);
  const distinct = [...new Map(pods.map((each) => [JSON.stringify(each), each])).values()].filter(
    ({ namespace, labels }) => !ours.some(({ pod }) => pod?.namespace === namespace && includes(pod.labels, labels)),
  );
  const namespaces = new Set([...distinct, ...plan.systems].map(({ namespace }) => namespace).concat('default'));
  const networks = peers.flatMap(({ flow: { peer } }) => (peer.kind === 'addresses' ? peer.cidrs : []));
  return {
    ours,
    others: [
      ...distinct.map(({ namespace, labels }) => made(JSON.stringify(labels), namespace, labels)),
      ...[...namespaces].map((namespace) => made('a stranger', namespace, { app: 'stranger' })),
      ...[...networks, ...plan.cluster.apiServer.cidrs].map((cidr) => outside(cidr, firstIn(cidr))),
      outside('the internet', '198.51.100.7'),
      outside('a private network', '172.20.0.7'),
      outside('the metadata of a node', '169.254.169.254'),
    ],
  };
}

function flowsIn(system: SystemPlan): PlannedFlow[] {
  return system.flows.map((flow) => ({ system, flow }));
}

/** The pods that a peer stands for, where it stands for pods. */
function podsOf(peer: Peer, system: SystemPlan, cluster: ClusterFacts) {
  switch (peer.kind) {
    case 'pods':
      return { namespace: peer.namespace ?? system.namespace, labels: peer.labels };
    case 'dns':
      return cluster.dns;
    case 'gateway':
      return cluster.gateway?.proxies;
    case 'ingress-controller':
      return cluster.ingress?.controller;
    default:
      return undefined;
  }
}

const privateNetworks = [
  ...['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
  ...['::1/128', 'fc00::/7', 'fe80::/10'],
];

/** Whether an address is of a peer that is known by addresses. They count for pods too, as most network plugins have it. */
function within(peer: Peer, address: string, { apiServer }: ClusterFacts): boolean {
  if (peer.kind === 'addresses') return isIn(address, peer.cidrs);
  if (peer.kind === 'api-server') return isIn(address, apiServer.cidrs);
  return peer.kind === 'hosts' && !isIn(address, privateNetworks);
}

function isIn(address: string, cidrs: readonly string[]): boolean {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', bits] = cidr.split('/');
    list.addSubnet(network, Number(bits), isIPv6(network) ? 'ipv6' : 'ipv4');
  }
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function firstIn(cidr: string): string {
  const [network = ''] = cidr.split('/');
  return network === '0.0.0.0' ? '172.20.0.8' : network;
}

function outside(name: string, address: string): Place {
  return { name, address };
}

function includes(labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

function counter(): () => string {
  let last = 0;
  return () => {
    last += 1;
    return `${Math.floor(last / 250)}.${(last % 250) + 1}`;
  };
}
