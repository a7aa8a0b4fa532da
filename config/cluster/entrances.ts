import { z } from 'zod';
import { annotations, dnsLabel, integer, labels, objectName } from '../fields';

const port = () => integer(1, 65_535);

const proxies = z.strictObject({
  namespace: dnsLabel.describe("Namespace of the Gateway's proxy pods."),
  labels: labels.default({}).describe('Labels of these pods. Default: every pod of the namespace.'),
});

const attachment = z.strictObject({
  name: objectName.optional().describe('Name of the Gateway. Default: cluster.gateway.name.'),
  namespace: dnsLabel.optional().describe('Namespace of the Gateway. Default: cluster.gateway.namespace.'),
  section: objectName.optional().describe('Listener of the Gateway. Default: every listener that admits the route.'),
  proxies: proxies
    .optional()
    .describe('Where the proxies of this Gateway run, for network policies. Default: cluster.gateway.proxies.'),
});

/** The Gateway of a cluster, and what else routes attach to. */
export const gateway = z
  .strictObject({
    name: objectName.describe('Name of the Gateway that routes attach to.'),
    namespace: dnsLabel
      .optional()
      .describe("Namespace of the Gateway. Default: the route's own, as the Gateway API has it."),
    section: objectName
      .optional()
      .describe(
        'Listener of the Gateway, the one with HTTPS. Default: every listener that admits the route, plain HTTP included.',
      ),
    additional: z
      .array(attachment)
      .default([])
      .describe('Further listeners, or further Gateways of the same implementation, that every route attaches to too.'),
    tlsOnly: z
      .boolean()
      .default(false)
      .describe(
        'Whether no listener takes plain HTTP. Only then a route of servers that ask for a token may name no section.',
      ),
    port: port().default(443).describe('Port of the Gateway by HTTPS, for the URLs that clients are given.'),
    implementation: z
      .enum(['cilium', 'envoy-gateway', 'other'], { error: '"cilium", "envoy-gateway" or "other"' })
      .default('other')
      .describe('What serves the Gateway. Cilium proxies on the node, which no pod selector matches.'),
    proxies: proxies
      .optional()
      .describe("Where the Gateway's proxies run, for network policies; not needed with Cilium policies."),
    streamTimeouts: z
      .boolean()
      .default(false)
      .describe("Whether the Gateway honours a route's timeouts, which then let event streams stay open."),
  })
  .superRefine((facts, context) => {
    if (facts.implementation !== 'cilium' && !facts.proxies) {
      context.addIssue({
        code: 'custom',
        path: ['proxies'],
        message: "the namespace of the Gateway's proxy pods: network policies let nobody else in",
      });
    }
    const parents = gatewayParents(facts);
    for (const [index, { key, name, namespace, section }] of parents.entries()) {
      const before = parents.slice(0, index).filter((each) => each.name === name && each.namespace === namespace);
      // The API server refuses a route that names a Gateway twice without telling the listeners apart.
      if (before.every((each) => each.section !== undefined && section !== undefined && each.section !== section))
        continue;
      const message = `another Gateway or listener than the others: each is named once, by its section where ${name} is named several times`;
      context.addIssue({ code: 'custom', path: [...key, 'section'], message });
    }
  });

export type GatewayFacts = z.output<typeof gateway>;

/** A Gateway, or one listener of it, that routes attach to. */
export interface GatewayParent {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly section?: string | undefined;
  readonly proxies?: z.output<typeof proxies> | undefined;
  /** Where it is said, below `cluster.gateway`. */
  readonly key: readonly PropertyKey[];
}

/** Everything that routes attach to, with what the first one says for the others. */
export function gatewayParents(facts: Omit<GatewayFacts, 'port' | 'streamTimeouts' | 'tlsOnly'>): GatewayParent[] {
  const { additional, name, namespace, section } = facts;
  return [
    { name, namespace, section, proxies: facts.proxies, key: [] },
    ...additional.map((each, index) => ({
      name: each.name ?? name,
      namespace: each.namespace ?? namespace,
      section: each.section,
      proxies: each.proxies ?? facts.proxies,
      key: ['additional', index],
    })),
  ];
}

/** The proxies of all these Gateways, each once. */
export function gatewayProxies(facts: GatewayFacts): readonly z.output<typeof proxies>[] {
  const found = gatewayParents(facts).flatMap((parent) => parent.proxies ?? []);
  return [...new Map(found.map((each) => [JSON.stringify(each), each])).values()];
}

/** How the usual charts install the controllers. */
const controllers = {
  nginx: {
    className: 'nginx',
    namespace: 'ingress-nginx',
    labels: { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' },
  },
  traefik: { className: 'traefik', namespace: 'traefik', labels: { 'app.kubernetes.io/name': 'traefik' } },
  // Never used: of another controller all of it has to be said.
  other: { className: '', namespace: '', labels: {} },
} as const;

/** An issuer of certificates, as keys of a map have it. */
export const issuerFields = {
  kind: z
    .enum(['Issuer', 'ClusterIssuer', 'StepIssuer', 'StepClusterIssuer'], {
      error: '"Issuer" or "ClusterIssuer" of cert-manager, "StepIssuer" or "StepClusterIssuer" of step-issuer',
    })
    .default('ClusterIssuer')
    .describe('Kind of the issuer; an Issuer and a StepIssuer are in the namespace of the system.'),
};

/** An issuer by which cert-manager knows it. */
export interface IssuerReference {
  readonly name: string;
  readonly kind: z.output<typeof issuerFields.kind>;
}

/** The ingress controller of a cluster. */
export const ingress = z
  .strictObject({
    implementation: z
      .enum(['nginx', 'traefik', 'other'], { error: '"nginx", "traefik" or "other"' })
      .default('nginx')
      .describe(
        'What serves Ingresses: ingress-nginx, or Traefik 3, which read most of what they do from annotations of their own; another gets those of cluster.ingress.annotations, and takes no prefix off a path.',
      ),
    className: objectName
      .optional()
      .describe('IngressClass. Default: nginx or traefik, by the implementation; of another it is to be said.'),
    annotations: annotations
      .default({})
      .describe('Annotations of every Ingress besides, such as those by which another controller keeps streams open.'),
    controller: z
      .strictObject({
        namespace: dnsLabel
          .optional()
          .describe('Namespace of the pods. Default: ingress-nginx or traefik; k3s has its Traefik in kube-system.'),
        labels: labels
          .optional()
          .describe('Labels of the pods. Default: those of the charts of ingress-nginx and Traefik.'),
      })
      .prefault({})
      .describe('Pods of the ingress controller, for network policies; of another implementation both are to be said.'),
    port: port().default(443).describe('Port of the controller by HTTPS, for the URLs that clients are given.'),
    entryPoint: objectName
      .default('websecure')
      .describe('Entry point of Traefik that serves HTTPS, the only one that leads to us; read with traefik alone.'),
    certificateIssuer: z
      .strictObject({
        name: objectName.describe('Name of the issuer.'),
        ...issuerFields,
      })
      .optional()
      .describe(
        'Issuer of cert-manager for the certificates of Ingresses that name none themselves (exposure.tls). Absent = their Secrets exist already.',
      ),
  })
  .superRefine(({ className, controller, implementation }, context) => {
    if (implementation !== 'other') return;
    const missing = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (className === undefined) missing(['className'], 'the IngressClass of the controller');
    if (controller.namespace === undefined)
      missing(['controller', 'namespace'], "the namespace of the controller's pods");
    if (controller.labels === undefined) missing(['controller', 'labels'], "the labels of the controller's pods");
  })
  .transform(({ className, controller, ...facts }) => {
    const usual = controllers[facts.implementation];
    const { labels: podLabels = { ...usual.labels }, namespace = usual.namespace } = controller;
    return { ...facts, className: className ?? usual.className, controller: { namespace, labels: podLabels } };
  });

/** Ports of the nodes that the API server sets aside. */
export const nodePorts = z
  .strictObject({
    first: port().default(30_000).describe('First of these ports.'),
    last: port().default(32_767).describe('Last of these ports.'),
  })
  .prefault({})
  .describe('Ports of the nodes that the API server gives out (service-node-port-range).');
