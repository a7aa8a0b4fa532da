import { systemLabel } from '../../../components/kit/objects/labels';
import { apiServerNetworks, portsOf } from '../../../components/kit/parts/network-policies';
import type { Plan, SystemPlan } from '../../../components/system';
import { everyNamespace, type Flow, type Peer } from '../../../components/system/flow';
import type { PlannedObject } from '../../../components/system/planned-object';
import type { ClusterFacts } from '../../../config/cluster';
import { gatewayProxies } from '../../../config/cluster/entrances';
import { podOf } from '../../../policies/pods';
import { code, table } from './markdown';

const introduction = `# Network flows

<!-- Generated from the stack files by \`npm run generate\`; do not edit. -->

All traffic that the pods of each stack have, with the policy that allows it. What is not here is denied, both ways. Every selector
of ours has the label \`${systemLabel}\` of its system too, which the tables leave out.

A host of a URL is in the cluster where \`cluster.services\` says so, or where its name ends with \`.svc\`, alone or before the cluster's
domain, or has no dot: then every pod of that namespace may be reached, on the port of the URL, or those pods and that port that the
key names. An address is itself. Every other name is a host outside: with policies of Cilium that host alone, else the networks that
\`cluster.privateNetworks\` has for it, and where that names it nowhere every public address and no private one. Who must reach whom,
written by hand, is in [tests/policies/reach](../tests/policies/reach/README.md).`;

/** The page docs/flows.md: one table for each system of each stack. */
export function flowTables(plans: ReadonlyMap<string, Plan>): string {
  const sections = [...plans].flatMap(([stack, { cluster, systems }]) => [
    `## ${stack}`,
    ...systems.flatMap((system) => [`### ${system.id} on ${stack}`, ...flowTable(system, cluster)]),
  ]);
  return `${[introduction, ...sections].join('\n\n')}\n`;
}

function flowTable(system: SystemPlan, cluster: ClusterFacts): string[] {
  const hasPods = Object.values(system.objects).some(({ object }) => podOf(object) !== undefined);
  if (!hasPods && system.flows.length === 0) return ['It has no pods of its own.'];
  const denial = `${system.id}-default-deny`;
  if (!policyNamed(system, denial)) throw new Error(`${system.id}: nothing denies what is not allowed`);
  if (system.flows.length === 0) return [`Its pods have no traffic: ${code(denial)} denies all of it.`];
  return [
    table(
      ['direction', 'our pods', 'peer', 'port', 'what for', 'policy'],
      system.flows.map((flow) => {
        const policy = policyNamed(system, `${system.id}-${flow.name}`);
        if (!policy) throw new Error(`${system.id}: no policy allows the flow ${flow.name}`);
        return [
          flow.direction,
          labelsInWords(ofOurs(flow.pods)),
          peerInWords(flow.peer, cluster, policy.kind === 'CiliumNetworkPolicy'),
          portInWords(flow, cluster),
          flow.purpose,
          `${policy.kind} ${code(policy.metadata.name)}`,
        ];
      }),
    ),
    `Everything else is denied by NetworkPolicy ${code(denial)}.`,
  ];
}

function policyNamed(
  { objects }: SystemPlan,
  name: string,
): PlannedObject<'NetworkPolicy' | 'CiliumNetworkPolicy'> | undefined {
  return Object.values(objects)
    .map(({ object }) => object)
    .filter((object) => object.kind === 'NetworkPolicy' || object.kind === 'CiliumNetworkPolicy')
    .find(({ metadata }) => metadata.name === name);
}

function portInWords(flow: Flow, cluster: ClusterFacts): string {
  const ports = portsOf(flow, cluster).join(', ');
  return flow.peer.kind === 'dns' ? `${ports}, UDP and TCP` : ports;
}

/** The other end, as the policy really lets it in: by name only where the language of the policy has names. */
function peerInWords(peer: Peer, cluster: ClusterFacts, byName: boolean): string {
  switch (peer.kind) {
    case 'pods':
      return podsInWords(peer.namespace, peer.labels);
    case 'dns':
      return `DNS: ${resolversInWords(cluster)}`;
    case 'monitoring':
      return podsInWords(cluster.monitoring?.namespace, {});
    case 'gateway':
      return `Gateway ${code(cluster.gateway?.name)}: ${gatewayInWords(cluster, byName)}`;
    case 'ingress-controller':
      return `ingress controller: ${controllerInWords(cluster)}`;
    case 'addresses':
      return `addresses ${listed(peer.cidrs)}`;
    case 'api-server':
      return `API server: ${byName ? `Cilium's entity ${code('kube-apiserver')}` : listed(apiServerNetworks(cluster))}`;
    case 'hosts':
      return byName ? listed(peer.names) : `${listed(peer.names)}, as ${placeInWords(peer)}`;
  }
}

function placeInWords({ networks }: Extract<Peer, { kind: 'hosts' }>): string {
  return networks ? `every address of ${listed(networks)}` : 'every public address';
}

function resolversInWords({ dns }: ClusterFacts): string {
  const addresses = dns.addresses.length > 0 ? `, and ${listed(dns.addresses)} on port 53` : '';
  return `${podsInWords(dns.namespace, dns.labels)}${addresses}`;
}

function gatewayInWords({ gateway }: ClusterFacts, byName: boolean): string {
  if (byName) return `Cilium's entity ${code('ingress')}`;
  const pods = gateway ? gatewayProxies(gateway).map(({ labels, namespace }) => podsInWords(namespace, labels)) : [];
  return pods.length > 0 ? pods.join(', ') : 'nobody';
}

function controllerInWords({ ingress }: ClusterFacts): string {
  return ingress ? podsInWords(ingress.controller.namespace, ingress.controller.labels) : 'nobody';
}

function podsInWords(namespace: string | undefined, labels: Readonly<Record<string, string>>): string {
  const named = namespace === everyNamespace ? 'every namespace' : code(namespace);
  const place = namespace === undefined ? '' : ` in ${named}`;
  return `${labelsInWords(namespace === undefined ? ofOurs(labels) : labels)}${place}`;
}

/** The labels of pods of ours, without the one that all of them have. */
function ofOurs({ [systemLabel]: _, ...labels }: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return labels;
}

function labelsInWords(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length > 0 ? `pods ${listed(pairs)}` : 'every pod';
}

function listed(items: readonly string[]): string {
  return items.map(code).join(', ');
}
