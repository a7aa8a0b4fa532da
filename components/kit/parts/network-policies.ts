import type { ICiliumNetworkPolicy } from '@kubernetes-models/cilium/cilium.io/v2';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { ClusterFacts } from '../../../config/cluster';
import { gatewayProxies } from '../../../config/cluster/entrances';
import type { Described } from '../../system/described';
import { everyNamespace, type Flow, type Labels, type Peer } from '../../system/flow';
import type { ObjectMeta } from '../../system/planned-object';
import { ownLabel } from '../objects/labels';
import { leaving } from './pods/traffic';

export interface NetworkPoliciesArgs {
  readonly system: string;
  readonly metadata: (name: string) => ObjectMeta;
  /** Labels of all our pods; empty where the whole namespace is ours alone. */
  readonly ours: Labels;
  readonly flows: readonly Flow[];
  readonly cluster: ClusterFacts;
}

type Policy = Described<'NetworkPolicy'> | Described<'CiliumNetworkPolicy'>;

/** The ports of a flow, as policies go by them. */
export function portsOf(
  { peer, port }: Pick<Flow, 'peer' | 'port'>,
  { dns }: Pick<ClusterFacts, 'dns'>,
): readonly number[] {
  if (peer.kind === 'dns') return dns.ports;
  return typeof port === 'number' ? [port] : port;
}

/** Denies everything to and from our pods, then allows each flow by a policy of its own. */
export function networkPolicies(args: NetworkPoliciesArgs): Record<string, Policy> {
  const policies: Record<string, Policy> = {
    policyDefaultDeny: {
      object: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: args.metadata(`${args.system}-default-deny`),
        spec: { podSelector: selector(args.ours), policyTypes: ['Ingress', 'Egress'] },
      },
    },
  };
  for (const flow of leaving(args.flows, ownLabel(args.metadata(args.system)), args.cluster)) {
    const metadata = args.metadata(`${args.system}-${flow.name}`);
    policies[`policy${camel(flow.name)}`] = needsCilium(flow.peer, args.cluster)
      ? ciliumPolicy(flow, metadata, args.cluster)
      : kubernetesPolicy(flow, metadata, args.cluster);
  }
  return policies;
}

/**
 * Whether only Cilium can express a peer. Traffic of its Gateway comes from the node's Envoy, not from a pod; hosts have
 * names there, and the API server an identity. A resolver on the node is the node itself there, which no network holds.
 */
function needsCilium(peer: Peer, cluster: ClusterFacts): boolean {
  if (cluster.networkPolicies !== 'cilium') return false;
  return (
    peer.kind === 'hosts' ||
    peer.kind === 'api-server' ||
    (peer.kind === 'dns' && cluster.dns.addresses.length > 0) ||
    (peer.kind === 'gateway' && cluster.gateway?.implementation === 'cilium')
  );
}

function kubernetesPolicy(flow: Flow, metadata: ObjectMeta, cluster: ClusterFacts): Described<'NetworkPolicy'> {
  // A rule with an empty list of peers would let in everybody, and the API server drops an empty list of rules.
  const rules = peersWithPorts(flow, cluster).filter(({ peers }) => peers.length > 0);
  return {
    object: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata,
      spec:
        flow.direction === 'in'
          ? {
              podSelector: selector(flow.pods),
              policyTypes: ['Ingress'],
              ...(rules.length > 0 ? { ingress: rules.map(({ peers, ports }) => ({ from: peers, ports })) } : {}),
            }
          : {
              podSelector: selector(flow.pods),
              policyTypes: ['Egress'],
              ...(rules.length > 0 ? { egress: rules.map(({ peers, ports }) => ({ to: peers, ports })) } : {}),
            },
    },
  };
}

interface PeersWithPorts {
  readonly peers: PolicyPeer[];
  readonly ports: { readonly protocol: 'TCP' | 'UDP'; readonly port: number }[];
}

function peersWithPorts(flow: Flow, cluster: ClusterFacts): PeersWithPorts[] {
  const ports = portsOf(flow, cluster);
  if (flow.peer.kind !== 'dns') {
    return [{ peers: addresses(flow.peer, cluster), ports: ports.map((port) => ({ protocol: 'TCP', port })) }];
  }
  const both = (port: number) => (['UDP', 'TCP'] as const).map((protocol) => ({ protocol, port }));
  return [
    { peers: addresses(flow.peer, cluster), ports: ports.flatMap(both) },
    { peers: networks(cluster.dns.addresses), ports: both(resolverPort) },
  ];
}

/** Port of a resolver by its address: /etc/resolv.conf can name no other. */
const resolverPort = 53;

type PolicyPeer = NonNullable<
  NonNullable<NonNullable<NonNullable<INetworkPolicy['spec']>['egress']>[number]['to']>[number]
>;

function addresses(peer: Peer, cluster: ClusterFacts): PolicyPeer[] {
  switch (peer.kind) {
    case 'pods':
      return [podPeer(peer.namespace, peer.labels)];
    case 'dns':
      return [podPeer(cluster.dns.namespace, cluster.dns.labels)];
    case 'monitoring':
      return cluster.monitoring ? [podPeer(cluster.monitoring.namespace, {})] : [];
    case 'gateway':
      return cluster.gateway
        ? gatewayProxies(cluster.gateway).map(({ labels, namespace }) => podPeer(namespace, labels))
        : [];
    case 'ingress-controller':
      return cluster.ingress ? [podPeer(cluster.ingress.controller.namespace, cluster.ingress.controller.labels)] : [];
    case 'addresses':
      return networks(peer.cidrs);
    case 'api-server':
      return networks(apiServerNetworks(cluster));
    case 'hosts':
      return peer.networks ? networks(peer.networks) : publicAddresses;
  }
}

/** Where the API server may be: every address where nobody said. */
export function apiServerNetworks({ apiServer, ipFamilies }: ClusterFacts): readonly string[] {
  return apiServer.cidrs ?? ipFamilies.map((family) => (family === 'IPv4' ? '0.0.0.0/0' : '::/0'));
}

function networks(cidrs: readonly string[]): PolicyPeer[] {
  return cidrs.map((cidr) => ({ ipBlock: { cidr } }));
}

/** Every address of the internet, and none of a private network or of the node's metadata service. */
const publicAddresses: PolicyPeer[] = [
  {
    ipBlock: {
      cidr: '0.0.0.0/0',
      except: ['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
    },
  },
  { ipBlock: { cidr: '::/0', except: ['::1/128', 'fc00::/7', 'fe80::/10'] } },
];

function podPeer(namespace: string | undefined, labels: Labels): PolicyPeer {
  const named = namespace === everyNamespace ? {} : { matchLabels: { 'kubernetes.io/metadata.name': namespace ?? '' } };
  return { ...(namespace ? { namespaceSelector: named } : {}), podSelector: selector(labels) };
}

function selector(labels: Labels) {
  return Object.keys(labels).length > 0 ? { matchLabels: { ...labels } } : {};
}

function ciliumPolicy(flow: Flow, metadata: ObjectMeta, cluster: ClusterFacts): Described<'CiliumNetworkPolicy'> {
  const toPorts = [{ ports: portsOf(flow, cluster).map((port) => ({ port: String(port), protocol: 'TCP' as const })) }];
  return {
    object: {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata,
      spec: {
        endpointSelector: selector(flow.pods),
        ...(flow.direction === 'in'
          ? { ingress: [{ fromEntities: ['ingress' as const], toPorts }] }
          : { egress: ciliumEgress(flow.peer, toPorts, cluster) }),
      },
    },
  };
}

type CiliumEgress = NonNullable<NonNullable<ICiliumNetworkPolicy['spec']>['egress']>;

function ciliumEgress(
  peer: Peer,
  toPorts: NonNullable<CiliumEgress[number]['toPorts']>,
  cluster: ClusterFacts,
): CiliumEgress {
  switch (peer.kind) {
    case 'api-server':
      return [{ toEntities: ['kube-apiserver'], toPorts }];
    case 'dns':
      return ciliumDns(cluster, {});
    case 'hosts':
      return [
        { toFQDNs: peer.names.flatMap(fqdnSelectors), toPorts },
        // Cilium learns the addresses of names only from answers that pass its own DNS rule, in the same policy.
        ...ciliumDns(cluster, { rules: { dns: [{ matchPattern: '*' }] } }),
      ];
    default:
      return [];
  }
}

/** Look-ups, by the pods and by the addresses that answer them. */
function ciliumDns({ dns }: ClusterFacts, rules: object): CiliumEgress {
  const asked = (ports: readonly number[]) => [
    { ports: ports.map((port) => ({ port: String(port), protocol: 'ANY' as const })), ...rules },
  ];
  return [
    {
      toEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': dns.namespace, ...dns.labels } }],
      toPorts: asked(dns.ports),
    },
    // An address of the node counts as the node once Cilium has seen it there, and as a network until then.
    ...(dns.addresses.length > 0
      ? [
          { toCIDR: [...dns.addresses], toPorts: asked([resolverPort]) },
          { toEntities: ['host' as const], toPorts: asked([resolverPort]) },
        ]
      : []),
  ];
}

/**
 * A host by its name, or all names below a domain. Cilium's `*` stands for part of one label and `**.` for any number of
 * labels, but before 1.19 for one as well; hosts of models are up to three labels deep, hence the longer patterns.
 */
function fqdnSelectors(name: string): NonNullable<CiliumEgress[number]['toFQDNs']> {
  if (!name.startsWith('*.')) return [{ matchName: name }];
  const domain = name.slice(2);
  return ['**', '*.*', '*.*.*'].map((labels) => ({ matchPattern: `${labels}.${domain}` }));
}

function camel(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}
