import { isIP } from 'node:net';
import { z } from 'zod';
import {
  annotations,
  dataKey,
  dnsLabel,
  imageBeginning,
  integer,
  labelKey,
  labels,
  labelValue,
  networkFault,
  objectName,
  proxyUrl,
  text,
} from '../fields';
import { hostnameFault } from '../fields/hosts';

/**
 * Labels and annotations that are not an operator's: workloads, Services, network policies, affinities and commands find
 * our pods by the first two kinds, Kubernetes and Argo CD by the others. tests/unit/kit/pods.test.ts holds the list against
 * what the pods of every system really carry.
 */
const ours = [
  /^(app|component|repository)$/,
  /^app\.kubernetes\.io\//,
  /^memory-fleet\.dev\//,
  /^(controller-uid|job-name|controller-revision-hash|pod-template-(hash|generation))$/,
  /^([a-z]+\.)*argoproj\.io\//,
  /^(batch|apps|statefulset)\.kubernetes\.io\//,
];

/** Whether a label or an annotation of pods is ours or the platform's, and so nobody's to set. */
export function isOurs(key: string): boolean {
  return ours.some((form) => form.test(key));
}

/** Refuses what is ours by its name. */
const free = <T extends z.ZodType<Record<string, string>>>(schema: T) =>
  schema.superRefine((map, context) => {
    for (const key of Object.keys(map).filter(isOurs)) {
      context.addIssue({
        code: 'custom',
        path: [key],
        message: 'another key: by this one the pods are found, and it is set already',
      });
    }
  });

const toleration = z
  .strictObject({
    key: labelKey.optional().describe('Key of the taint. Left out with operator "Exists": every taint.'),
    operator: z
      .enum(['Exists', 'Equal'], { error: '"Exists" or "Equal"' })
      .optional()
      .describe('Whether the value counts too. Default: "Equal".'),
    value: labelValue.optional().describe('Value of the taint.'),
    effect: z
      .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'], {
        error: '"NoSchedule", "PreferNoSchedule" or "NoExecute"',
      })
      .optional()
      .describe('Effect of the taint. Default: every effect.'),
    tolerationSeconds: integer(0, 86_400 * 365)
      .optional()
      .describe(
        'Time that a pod stays on a node with such a taint, in seconds; of effect "NoExecute". Default: for ever.',
      ),
  })
  .superRefine(({ effect, key, operator, tolerationSeconds, value }, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (key === undefined && operator !== 'Exists') refuse('operator', '"Exists", or a key beside it');
    if (operator === 'Exists' && value) refuse('value', 'no value: operator "Exists" asks for none');
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      refuse('tolerationSeconds', 'no time, or effect "NoExecute": no other ends a pod that runs');
    }
  });

export const nodeSelector = labels.describe('Labels that nodes must have. A map: systems add to that of the cluster.');
export const tolerations = z.array(toleration).describe('Taints of nodes that pods put up with.');

const imageMirror = z
  .record(
    imageBeginning('\\*$|', 'a registry, with a folder or without, or "*"'),
    imageBeginning('', 'a registry, with a folder or without, such as registry.example.org/docker'),
  )
  .describe(
    'Where images are pulled from instead, for closed networks: what an image begins with (docker.io), and what takes its place. The longest beginning counts; "*" stands for every other registry. Tag and digest stay.',
  );

const directHost = 'a host name, a domain such as .lab.example.org, an address or a network';

/** What is wrong with an entry of NO_PROXY; nothing where all clients agree on what it is about. */
function directHostFault(entry: string): string | undefined {
  if (isIP(entry) !== 0) return undefined;
  if (isIP(entry.split('/', 1)[0] ?? '') !== 0) return networkFault(entry);
  return /[:/]/.test(entry) || hostnameFault(entry.replace(/^\*?\./, '')) !== undefined ? directHost : undefined;
}

const proxy = z
  .strictObject({
    httpProxy: proxyUrl.optional().describe('Proxy for http:// URLs. Default: that for https://.'),
    httpsProxy: proxyUrl.optional().describe('Proxy for https:// URLs, by CONNECT. Default: that for http://.'),
    noProxy: z
      .array(text(/^[*.]*[0-9a-z:][0-9a-z.:/-]*$/, directHost, 253, directHostFault))
      .optional()
      .describe(
        'Hosts that are reached without it: names, with all below them, addresses and networks. What is in the cluster goes without saying. curl before 7.86 and Python know no networks.',
      ),
    secretName: objectName
      .optional()
      .describe(
        "Secret of the pods' namespace with the keys username and password, percent-encoded, for a proxy that asks for a login. Default: it asks for none.",
      ),
  })
  .describe(
    'Proxy by which pods reach hosts outside of the cluster; network policies then open the proxy in their place.',
  );

const certificateAuthority = z
  .strictObject({
    name: objectName.describe("ConfigMap of the pods' namespace with certificates as PEM."),
    key: dataKey.optional().describe('Key of the certificates in it. Default: ca.crt.'),
  })
  .describe(
    'Authorities that pods trust when they talk to git servers, object storage, model hubs and collectors. Clients read them in place of their own, so that public ones must be among them where public hosts are used.',
  );

const mesh = z
  .strictObject({
    kind: z.enum(['istio', 'linkerd'], { error: '"istio" or "linkerd"' }).describe('Which mesh it is.'),
    namespace: dnsLabel.optional().describe('Namespace of its control plane. Default: istio-system, and linkerd.'),
  })
  .describe(
    'Service mesh that the pods join, by sidecars that are init containers (Kubernetes 1.29 or newer), so that Jobs end beside them; network policies open its control plane.',
  );

/**
 * What pods need of their platform and no system knows. Nothing has a default, so that a system's own block says only what
 * is different there: maps are merged key by key, lists and everything else take the place of the cluster's.
 */
export const podsSchema = z.strictObject({
  imagePullSecrets: z
    .array(objectName)
    .optional()
    .describe("Secrets of the pods' namespace that let them pull images from private registries. Default: none."),
  imageMirror: imageMirror.optional(),
  nodeSelector: nodeSelector.optional(),
  tolerations: tolerations.optional(),
  priorityClassName: objectName.optional().describe("PriorityClass of the pods. Default: the cluster's own."),
  labels: free(labels).optional().describe('Labels of the pods, besides those that they have.'),
  annotations: free(annotations).optional().describe('Annotations of the pods, besides those that they have.'),
  mesh: mesh.optional(),
  proxy: proxy.optional(),
  certificateAuthority: certificateAuthority.optional(),
  cpuLimitRatio: integer(1, 1000)
    .optional()
    .describe(
      'CPU limit of every container that has none of its own, in multiples of its request: for namespaces whose quota asks for limits. Default: no limit.',
    ),
  runAsUser: z
    .enum(['image', 'platform'], { error: '"image" or "platform"' })
    .optional()
    .describe(
      'Who says as which user pods run: "image" = each runs as the user that its image is made for; "platform" = no user is named and the platform gives one, as OpenShift does. Default: "image".',
    ),
});

export type PodsSettings = z.output<typeof podsSchema>;
