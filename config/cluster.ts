import { z } from 'zod';
import { gateway, ingress, nodePorts } from './cluster/entrances';
import { checkHosts, networkFacts } from './cluster/network';
import { podsSchema } from './cluster/pods';
import {
  annotations,
  byName,
  className,
  deliveryUrl,
  dnsLabel,
  gitUrl,
  hostAndPort,
  hostname,
  httpsUrl,
  integer,
  labels,
  objectName,
  reason,
  relativePath,
  text,
} from './fields';

const argocd = z.strictObject({
  mode: z
    .enum(['observe', 'argocd', 'shared'], { error: '"observe", "argocd" or "shared"; leave argocd out for none' })
    .describe('Who writes: this program alone, Argo CD after it, or both the same content with git in the lead.'),
  namespace: dnsLabel.default('argocd').describe('Namespace of Argo CD, in which Applications live.'),
  project: dnsLabel.default('default').describe('Argo CD project of the Applications.'),
  repoUrl: deliveryUrl.describe(
    'Git repository with the rendered overlays, as Argo CD reaches it: by https, by ssh, or inside of the cluster (.svc) also by http.',
  ),
  revision: text(/^[^\s-]\S*$/, 'a branch, tag or commit')
    .default('main')
    .describe('Revision that Argo CD follows.'),
  checkoutUrl: gitUrl
    .optional()
    .describe(
      'URL of the same repository for whoever runs `up` in mode shared, where repoUrl is one that they cannot reach. Default: repoUrl.',
    ),
  uncomparedReason: reason
    .optional()
    .describe(
      'Why `up` in mode shared need not see what Argo CD follows: the overlay on disk is then compared instead, where the repository cannot be read. In the other modes: why a production stack needs no overlay there. Absent = `up` refuses.',
    ),
  server: httpsUrl
    .default('https://kubernetes.default.svc')
    .describe('API server of the cluster, as Argo CD knows it.'),
  path: relativePath
    .optional()
    .describe("Folder of the stack's overlay in that repository. Default: deploy/k8s/overlays/<stack>."),
  imageUpdater: z
    .boolean()
    .default(false)
    .describe('Whether Argo CD Image Updater (v1 or newer) follows new versions; in mode argocd only.'),
});

const monitoring = z.strictObject({
  namespace: dnsLabel.default('monitoring').describe('Namespace of Prometheus and the blackbox exporter.'),
  prober: hostAndPort('host:port of a blackbox exporter')
    .default('blackbox-exporter.monitoring.svc:9115')
    .describe('Blackbox exporter that asks the health endpoints.'),
  module: text(/^[\w-]+$/, 'the name of a blackbox module')
    .default('http_2xx')
    .describe('Module of that exporter.'),
  labels: labels.default({}).describe('Labels by which the Prometheus operator selects probes, monitors and rules.'),
  dashboardLabels: labels
    .default({ grafana_dashboard: '1' })
    .describe('Labels by which the sidecar of Grafana finds dashboards.'),
});

/**
 * Facts about one cluster that several systems need. Everything is optional: without any fact the program describes
 * what works on every conformant cluster.
 */
export const clusterSchema = z
  .strictObject({
    name: dnsLabel
      .optional()
      .describe('Stable identity of the cluster for the engine, independent of the kubeconfig. Default: the stack.'),
    context: text(/\S/, 'the name of a context of your kubeconfig')
      .optional()
      .describe('Context of the kubeconfig to use. Default: its current context.'),
    uid: text(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'the uid of the namespace kube-system')
      .optional()
      .describe('Uid of the namespace kube-system. Any other cluster is refused before anything is planned.'),
    production: z
      .boolean()
      .default(false)
      .describe('Whether memory that matters lives here; the rules then ask for digests and authentication.'),
    domain: hostname.default('cluster.local').describe("The cluster's DNS domain."),
    storageClass: objectName.optional().describe("StorageClass of data volumes. Default: the cluster's default class."),
    sharedStorageClass: objectName
      .optional()
      .describe(
        'StorageClass whose volumes pods on several nodes mount at once (ReadWriteMany). Absent = there is none.',
      ),
    gateway: gateway.optional().describe('The Gateway (Gateway API) through which users reach the servers.'),
    ingress: ingress
      .optional()
      .describe('The ingress controller (ingress-nginx or Traefik) on this cluster. Absent = there is none.'),
    nodePorts,
    loadBalancer: z
      .strictObject({
        className: className
          .optional()
          .describe(
            "Class of Services of type LoadBalancer; another one makes new Services and addresses. Default: the cluster's own.",
          ),
        annotations: annotations
          .default({})
          .describe('Annotations of these Services, such as the pool that their address is from.'),
      })
      .prefault({})
      .describe('How Services of type LoadBalancer get their address.'),
    ...networkFacts,
    pods: podsSchema
      .prefault({})
      .describe(
        'What pods need of this cluster: where images come from, which nodes, and what else its platform asks for.',
      ),
    argocd: argocd.optional().describe('Argo CD on this cluster. Absent = there is none.'),
    monitoring: monitoring.optional().describe('Prometheus operator on this cluster. Absent = there is none.'),
    volumeSnapshots: z
      .strictObject({
        className: objectName
          .optional()
          .describe("VolumeSnapshotClass of data volumes. Default: the default class of the volumes' CSI driver."),
      })
      .optional()
      .describe('Snapshots of volumes (CSI, snapshot.storage.k8s.io/v1) on this cluster. Absent = there are none.'),
    backupTools: z
      .array(z.enum(['velero', 'k8up'], { error: '"velero" or "k8up"' }))
      .default([])
      .describe(
        'What else copies claims on this cluster; claims that we dump ourselves are marked so that it leaves them out. VolSync copies only claims that are named to it.',
      ),
    externalSecrets: z
      .strictObject({
        store: objectName.describe('Name of the secret store.'),
        kind: z
          .enum(['SecretStore', 'ClusterSecretStore'], { error: '"SecretStore" or "ClusterSecretStore"' })
          .default('ClusterSecretStore')
          .describe('Kind of the store.'),
        refreshSeconds: integer(10, 86_400).default(3600).describe('Time between two reads of the store, in seconds.'),
      })
      .optional()
      .describe('External Secrets operator on this cluster. Absent = there is none.'),
    sealedSecrets: z
      .strictObject({
        certificate: text(
          /^-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+\n-----END CERTIFICATE-----\n?$/,
          'a certificate as PEM, as `kubeseal --fetch-cert` prints it',
          10_000,
        ).describe('Certificate of its controller, for which values are sealed; it is public.'),
      })
      .optional()
      .describe('Controller of Sealed Secrets on this cluster. Absent = there is none.'),
    cloudNativePg: z
      .strictObject({
        operator: byName({ namespace: 'cnpg-system', labels: { 'app.kubernetes.io/name': 'cloudnative-pg' } }).describe(
          'Pods of the operator.',
        ),
        barmanPlugin: z
          .boolean()
          .default(false)
          .describe('Whether its plugin Barman Cloud is there, which makes backups in object storage.'),
      })
      .optional()
      .describe('The operator CloudNativePG, 1.26 or newer, on this cluster. Absent = there is none.'),
  })
  .prefault({})
  .superRefine(({ gateway: entrance, networkPolicies }, context) => {
    if (entrance?.implementation === 'cilium' && !entrance.proxies && networkPolicies !== 'cilium') {
      context.addIssue({
        code: 'custom',
        path: ['networkPolicies'],
        message: '"cilium": the Gateway of Cilium proxies on the node, which no policy of Kubernetes can let in',
      });
    }
  })
  .superRefine(checkHosts)
  .superRefine(({ argocd: delivery }, context) => {
    if (delivery?.imageUpdater && delivery.mode !== 'argocd') {
      context.addIssue({
        code: 'custom',
        path: ['argocd', 'imageUpdater'],
        message: 'false, or argocd.mode "argocd": in every other mode the next `up` would take the new image back',
      });
    }
  });

export type ClusterFacts = z.output<typeof clusterSchema>;
export type ClusterFactsInput = z.input<typeof clusterSchema>;
