import type { KubernetesObject } from '@kubernetes/client-node';

const app = { app: 'memory-mcp' };
const metadata = (name: string, labels?: object) => ({ name, ...(labels ? { labels } : {}) });

/** What may be another way than upstream has it. */
export interface UpstreamOptions {
  /** @default the namespace of upstream's own manifests, and of the plan */
  readonly namespace?: string;
  readonly storageClass?: string;
  readonly size?: string;
  readonly selector?: Readonly<Record<string, string>>;
  readonly deployment?: string;
}

/** The objects of upstream's `deploy/k8s`, as an operator applies them by hand. */
export function upstreamManifests({ namespace = 'memory-mcp', ...options }: UpstreamOptions = {}): KubernetesObject[] {
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata('memory-mcp') },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata('memory-mcp-bootstrap') },
    role,
    claim(options),
    { apiVersion: 'v1', kind: 'Service', metadata: metadata('memory-mcp', app), spec: service },
    deployment(options),
  ];
  const placed = objects.map((object) => ({ ...object, metadata: { ...object.metadata, namespace } }));
  return [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, ...placed] as KubernetesObject[];
}

const role = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: metadata('memory-mcp-bootstrap'),
  rules: [
    { apiGroups: [''], resources: ['secrets'], resourceNames: ['memory-mcp-github-token'], verbs: ['get', 'update'] },
    { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
  ],
};

const service = { selector: app, ports: [{ name: 'http', port: 8080, targetPort: 8080 }] };

function claim({ size = '1Gi', storageClass }: UpstreamOptions) {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadata('memory-mcp-data'),
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: size } },
      ...(storageClass ? { storageClassName: storageClass } : {}),
    },
  };
}

function deployment({ selector = app, deployment: name = 'memory-mcp' }: UpstreamOptions) {
  const probe = { httpGet: { path: '/healthz', port: 8080 }, failureThreshold: 3 };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(name, app),
    // No strategy: Kubernetes fills in RollingUpdate with its parameters.
    spec: {
      replicas: 1,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: selector },
        spec: {
          serviceAccountName: 'memory-mcp',
          securityContext: {
            ...{ runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 },
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'memory-mcp',
              image: 'ghcr.io/butterflyskies/memory-mcp:0.17.0',
              args: ['serve'],
              ports: [{ name: 'http', containerPort: 8080 }],
              env: [
                { name: 'MEMORY_MCP_BIND', value: '0.0.0.0:8080' },
                { name: 'MEMORY_MCP_REPO_PATH', value: '/data/repo' },
                { name: 'MEMORY_MCP_BRANCH', value: 'main' },
                { name: 'OF_FORMER_TIMES', value: 'goes' },
              ],
              securityContext: {
                ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: [
                { name: 'data', mountPath: '/data' },
                { name: 'tmp', mountPath: '/tmp' },
              ],
              resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
              livenessProbe: { ...probe, initialDelaySeconds: 10, periodSeconds: 30 },
              readinessProbe: { ...probe, initialDelaySeconds: 5, periodSeconds: 10 },
            },
          ],
          volumes: [
            { name: 'data', persistentVolumeClaim: { claimName: 'memory-mcp-data' } },
            { name: 'tmp', emptyDir: { sizeLimit: '10Mi' } },
          ],
        },
      },
    },
  };
}
