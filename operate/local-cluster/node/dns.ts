import { type Api, type ApiObject, apply } from '../../cluster/api';
import { ownImages } from './images';
import { addresses, nodeName } from './place';

const namespace = 'kube-system';
const name = 'coredns';
const labels = { 'k8s-app': 'kube-dns' };

/** Answers names of Services, and asks the machine for all others. */
const corefile = `.:53 {
  errors
  health
  ready
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    pods insecure
    fallthrough in-addr.arpa ip6.arpa
  }
  forward . /etc/resolv.conf
  cache 5
}
`;

/** Makes the cluster's DNS, under the labels and the name that clusters have it under everywhere. */
export async function ensureDns(api: Api): Promise<void> {
  for (const [collection, object] of dnsObjects()) await apply(api, collection, object);
}

/** The objects of the cluster's DNS, each with the path of its collection. */
export function dnsObjects(): readonly (readonly [collection: string, object: ApiObject])[] {
  const inNamespace = { name, namespace };
  const rbac = 'rbac.authorization.k8s.io';
  const rules = [
    { apiGroups: [''], resources: ['services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
  ];
  const ports = [
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, protocol: 'TCP' },
  ];
  const account = { kind: 'ServiceAccount', name, namespace };
  const service = { clusterIP: addresses.dns, selector: labels, ports };
  const core = `/api/v1/namespaces/${namespace}`;
  return [
    [`${core}/serviceaccounts`, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inNamespace }],
    [`/apis/${rbac}/v1/clusterroles`, { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name }, rules }],
    [
      `/apis/${rbac}/v1/clusterrolebindings`,
      {
        apiVersion: `${rbac}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name },
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
        subjects: [account],
      },
    ],
    [
      `${core}/configmaps`,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: inNamespace, data: { Corefile: corefile } },
    ],
    [`/apis/apps/v1/namespaces/${namespace}/deployments`, deployment()],
    [
      `${core}/services`,
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'kube-dns', namespace, labels } as ApiObject['metadata'],
        spec: service,
      },
    ],
  ];
}

function deployment(): ApiObject {
  const container = {
    name,
    image: ownImages.dns,
    imagePullPolicy: 'Never',
    args: ['-conf', '/etc/coredns/Corefile'],
    ports: [
      { name: 'dns', containerPort: 53, protocol: 'UDP' },
      { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
    ],
    readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
    resources: { requests: { cpu: '20m', memory: '32Mi' }, limits: { memory: '128Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    },
    volumeMounts: [{ name: 'configuration', mountPath: '/etc/coredns', readOnly: true }],
  };
  const spec = {
    serviceAccountName: name,
    // Its own names come from the machine: asking itself would go round in circles.
    dnsPolicy: 'Default',
    nodeSelector: { 'kubernetes.io/hostname': nodeName },
    // Ports below 1024 are for everybody inside of this pod, and for nobody as root.
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65535,
      seccompProfile: { type: 'RuntimeDefault' },
      sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
    },
    containers: [container],
    volumes: [{ name: 'configuration', configMap: { name } }],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace } as ApiObject['metadata'],
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}
