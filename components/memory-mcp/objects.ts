import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IService } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../config/cluster';
import type { MemoryMcpSettings } from '../../config/memory-mcp';
import { powerlessAccount } from '../kit/identity';
import { labelsOf } from '../kit/labels';
import { dedicatedNamespace } from '../kit/namespace';
import type { Described, Named, ObjectMeta, SystemPlan } from '../kit/object';
import { httpRoute } from '../kit/route';
import { dataVolume } from '../kit/volume';
import { hardenedPod, resourceRequirements, rolloutDeadlines } from '../kit/workload';
import { dataPath, environment, port } from './environment';

const system = 'memory-mcp';
/** The label that upstream's own manifests select by, so that a running install can be adopted in place. */
const selector = { app: system };
/** The user that the image is built for; the model cache in the image is readable by it alone. */
const runAs = { uid: 1000, gid: 1000 };

/** Everything that memory-mcp is on a cluster. Pure: the same settings and facts always give the same objects. */
export function describeMemoryMcp(settings: MemoryMcpSettings, cluster: ClusterFacts) {
  const named = (name: string): ObjectMeta => ({
    name,
    namespace: settings.namespace,
    labels: labelsOf(system, selector),
  });
  const inClusterHost = `${system}.${settings.namespace}.svc.${cluster.domain}`;
  const objects = {
    namespace: dedicatedNamespace(settings.namespace, labelsOf(system)),
    serviceAccount: powerlessAccount(named(system)),
    volume: dataVolume({
      metadata: named(`${system}-data`),
      size: settings.volume.size,
      storageClass: settings.volume.storageClass ?? cluster.storageClass,
    }),
    deployment: deployment(settings, cluster, named(system)),
    service: service(named(system)),
    ...(settings.hostname && cluster.gateway
      ? {
          route: httpRoute({
            metadata: named(system),
            gateway: cluster.gateway,
            hostname: settings.hostname,
            path: settings.path,
            backend: { name: system, port },
          }),
        }
      : {}),
  };
  const inClusterUrl = `http://${inClusterHost}:${port}/mcp`;
  return {
    system: 'memoryMcp',
    namespace: settings.namespace,
    objects,
    endpoint: { url: settings.hostname ? `https://${settings.hostname}/mcp` : inClusterUrl, inClusterUrl },
  } satisfies SystemPlan;
}

/** Host names that reach the server and that it must therefore accept; it refuses all others with status 403. */
function acceptedHosts(settings: MemoryMcpSettings, cluster: ClusterFacts): string[] {
  const inNamespace = `${system}.${settings.namespace}`;
  const inCluster = [system, inNamespace, `${inNamespace}.svc`, `${inNamespace}.svc.${cluster.domain}`];
  const hosts = [...(settings.hostname ? [settings.hostname] : []), ...inCluster, ...settings.server.allowedHosts];
  return [...new Set(hosts)];
}

function deployment(
  settings: MemoryMcpSettings,
  cluster: ClusterFacts,
  metadata: ObjectMeta,
): Described<Named<IDeployment>> {
  const deadlines = rolloutDeadlines(settings.startupBudgetSeconds);
  // /healthz and not /readyz: readiness there changes only through traffic, so one failed embedding would take the only
  // endpoint away and nothing could ever bring it back. A POST to /mcp would spend a session and the rate limit.
  const probe = { httpGet: { path: '/healthz', port: 'http' } };
  return {
    after: ['serviceAccount', 'volume'],
    ...(settings.imageUnpinnedReason
      ? { waivers: [{ rule: 'pinned-images', reason: settings.imageUnpinnedReason }] }
      : {}),
    object: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        // One writer: sessions, indexes and the git lock live in the process, and the volume attaches to one node.
        replicas: 1,
        strategy: { type: 'Recreate' },
        progressDeadlineSeconds: deadlines.progress,
        revisionHistoryLimit: 3,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: labelsOf(system, selector) },
          spec: hardenedPod(runAs, {
            serviceAccountName: system,
            // SIGTERM is the only moment at which the vector index is saved; a kill means a full re-index at the next start.
            terminationGracePeriodSeconds: 60,
            containers: [
              {
                name: system,
                image: settings.image,
                args: ['serve', ...acceptedHosts(settings, cluster).flatMap((host) => ['--allowed-host', host])],
                env: environment(settings),
                ports: [{ name: 'http', containerPort: port }],
                // The server listens last, after pull and re-index, so refused connections mean that it still starts.
                startupProbe: { ...probe, periodSeconds: 5, failureThreshold: Math.ceil(deadlines.startup / 5) },
                readinessProbe: { ...probe, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 3 },
                livenessProbe: { ...probe, periodSeconds: 30, failureThreshold: 3, timeoutSeconds: 5 },
                resources: resourceRequirements(settings.resources),
                volumeMounts: [
                  { name: 'data', mountPath: dataPath },
                  { name: 'tmp', mountPath: '/tmp' },
                ],
              },
            ],
            volumes: [
              { name: 'data', persistentVolumeClaim: { claimName: `${system}-data` } },
              { name: 'tmp', emptyDir: { sizeLimit: '10Mi' } },
            ],
          }),
        },
      },
    },
  };
}

function service(metadata: ObjectMeta): Described<Named<IService>> {
  return {
    object: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        type: 'ClusterIP',
        selector,
        ports: [{ name: 'http', port, targetPort: 'http', protocol: 'TCP', appProtocol: 'http' }],
      },
    },
  };
}
