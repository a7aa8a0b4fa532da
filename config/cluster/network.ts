import { z } from 'zod';
import { dnsLabel, hostPattern, integer, labels, network } from '../fields';

const port = () => integer(1, 65_535);

const networks = z.array(network).min(1, { error: 'at least one network' });

const dns = z
  .strictObject({
    namespace: dnsLabel.default('kube-system').describe('Namespace of the pods.'),
    labels: labels.default({ 'k8s-app': 'kube-dns' }).describe('Labels of the pods.'),
    ports: z
      .array(port())
      .min(1, { error: 'at least one port' })
      .default([53])
      .describe('Ports of these pods, behind their Service: 5353 on OpenShift.'),
    addresses: z
      .array(network)
      .default([])
      .describe(
        'Networks of resolvers that are no pods, asked on port 53: 169.254.20.10/32 with NodeLocal DNSCache, or the resolver of the node.',
      ),
  })
  .prefault({})
  .describe("The cluster's DNS.");

const privateNetwork = z.strictObject({
  cidrs: networks.describe(
    'Networks, as narrow as they are known. One that holds pods too opens these as well, on the port of the host.',
  ),
  hosts: z
    .array(hostPattern)
    .min(1, { error: 'at least one host name, or no key at all' })
    .optional()
    .describe(
      'Hosts that live there: names, or "*." and a domain for every name below it. Default: every name that is private by its ending, such as .internal, .local, .lan, .corp and .home.arpa.',
    ),
});

const service = z.strictObject({
  host: hostPattern.describe('Host of the URLs: a name, or "*." and a domain for every name below it.'),
  port: port().optional().describe('Port of the URLs that it is about. Default: every port.'),
  namespace: dnsLabel
    .optional()
    .describe('Namespace of the pods. Default: the one that the name of a Service has; any other name needs it.'),
  labels: labels.default({}).describe('Labels of the pods. Default: every pod of the namespace.'),
  targetPort: port().optional().describe('Port of the pods. Default: that of the URL.'),
});

const ipFamilies = z
  .array(z.enum(['IPv4', 'IPv6'], { error: '"IPv4" or "IPv6"' }))
  .min(1, { error: 'at least one family' })
  .refine((list) => new Set(list).size === list.length, { error: 'each family once' })
  .default(['IPv4']);

/** Facts about how pods and hosts reach each other on the cluster. */
export const networkFacts = {
  networkPolicies: z
    .enum(['kubernetes', 'cilium'], { error: '"kubernetes" or "cilium"' })
    .default('kubernetes')
    .describe('Language of network policies. Cilium alone can name hosts, the Gateway and the API server.'),
  ipFamilies: ipFamilies.describe(
    "IP families of the cluster's pods and Services, the first one first, as Kubernetes has them: two are a dual-stack cluster. Servers listen on each of them.",
  ),
  dns,
  apiServer: z
    .strictObject({
      cidrs: networks
        .optional()
        .describe(
          'Addresses of the API server behind its Service; not needed with Cilium policies. Default: every address of the IP families.',
        ),
      port: port().default(6443).describe('Port of the API server behind its Service.'),
    })
    .prefault({})
    .describe('The Kubernetes API server, for the few pods that may call it.'),
  privateNetworks: z
    .array(privateNetwork)
    .default([])
    .describe(
      'Networks that are not the internet and hold hosts that pods talk to: git servers, object storage, collectors, registries. Policies of Kubernetes know no names, and open the public addresses alone for a host that no entry names; Cilium goes by the name and needs none.',
    ),
  services: z
    .array(service)
    .default([])
    .describe(
      'Hosts of URLs that are pods of the cluster where their name alone does not say so: an Ingress host that resolves inside, split-horizon DNS, or a Service whose port is not that of its pods, which is what policies go by.',
    ),
};

/** The namespace in the name of a Service or of one of its pods: `<service>.<namespace>.svc`, alone or before the cluster's domain. */
export function namespaceIn(host: string, domain: string): string | undefined {
  const [zone, namespace, name] = withoutEnd(`.${domain}`, withoutEnd('.', host)).split('.').reverse();
  return zone === 'svc' && name !== undefined ? namespace : undefined;
}

/** A text without its end, where that is its end. */
export function withoutEnd(end: string, text: string): string {
  return text.endsWith(end) ? text.slice(0, -end.length) : text;
}

interface NetworkFacts {
  readonly domain: string;
  readonly privateNetworks: readonly z.output<typeof privateNetwork>[];
  readonly services: readonly z.output<typeof service>[];
}

/** What is wrong between these facts: hosts that are said twice, or whose pods nobody could find. */
export function checkHosts({ domain, privateNetworks, services }: NetworkFacts, context: z.RefinementCtx): void {
  const problem = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
  const seen = new Set<string>();
  for (const [index, { host, namespace, port: urlPort }] of services.entries()) {
    const key = `${host} ${urlPort ?? ''}`;
    if (seen.has(key)) problem(['services', index, 'host'], 'each host once, or once for each port');
    seen.add(key);
    if (namespace === undefined && namespaceIn(host, domain) === undefined) {
      problem(
        ['services', index, 'namespace'],
        `the namespace of the pods behind ${host}, whose name does not tell it`,
      );
    }
  }
  const pods = new Set(services.map(({ host }) => host));
  for (const [index, { hosts = [] }] of privateNetworks.entries()) {
    for (const [at, host] of hosts.entries()) {
      if (!pods.has(host)) continue;
      problem(['privateNetworks', index, 'hosts', at], `another host: cluster.services says that ${host} is pods`);
    }
  }
}
