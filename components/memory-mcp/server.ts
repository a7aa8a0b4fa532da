import type { IProbe } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../config/cluster';
import { contentHash } from '../kit/objects/content-hash';
import { labelsOf } from '../kit/objects/labels';
import { hardenedPod, resourceRequirements, rolloutDeadlines } from '../kit/objects/pod';
import { bearerProxy, proxyPorts } from '../kit/parts/auth-sidecar';
import { revisionAnnotations } from '../kit/parts/secrets';
import type { Described } from '../system/described';
import { configFile, environment, scopesFile } from './environment';
import { configPath, dataPath, metadataIn, pods, port, system } from './names';
import type { MemoryMcpSettings } from './settings';

/** The user that the image is built for; the model cache in the image is readable by it alone. */
export const runAs = { uid: 1000, gid: 1000 };

/** Port of the server's pod that takes requests, and the one that answers for its health. */
export function podPorts(settings: MemoryMcpSettings): { readonly requests: number; readonly health: number } {
  return settings.authentication?.mode === 'bearer'
    ? { requests: proxyPorts.guarded, health: proxyPorts.health }
    : { requests: port, health: port };
}

/** The server, what configures it and what stands in front of it. */
export function server(settings: MemoryMcpSettings, cluster: ClusterFacts) {
  const { authentication } = settings;
  const metadata = metadataIn(settings);
  const proxy =
    authentication?.mode === 'bearer'
      ? bearerProxy({
          metadata: metadata(`${system}-bearer-proxy`),
          image: authentication.image,
          secret: authentication.secret,
        })
      : undefined;
  const scopes: Described<'ConfigMap'> | undefined =
    settings.git.scopes.length > 0
      ? {
          object: {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: metadata(`${system}-config`),
            data: { [configFile]: scopesFile(settings) },
          },
        }
      : undefined;
  return {
    ...(scopes ? { scopes } : {}),
    ...(proxy ? { proxyConfiguration: proxy.configMap } : {}),
    deployment: deployment(settings, cluster, proxy, scopes),
    service: service(settings),
  };
}

function deployment(
  settings: MemoryMcpSettings,
  cluster: ClusterFacts,
  proxy: ReturnType<typeof bearerProxy> | undefined,
  scopes: Described<'ConfigMap'> | undefined,
): Described<'Deployment'> {
  const deadlines = rolloutDeadlines(settings.startupBudgetSeconds);
  const { health } = podPorts(settings);
  // /healthz and not /readyz: readiness there changes only through traffic, so one failed embedding would take the only
  // endpoint away and nothing could ever bring it back. A POST to /mcp would spend a session and the rate limit.
  const probe: IProbe = { httpGet: { path: '/healthz', port: health } };
  return {
    after: ['serviceAccount', 'volume', 'scopes', 'proxyConfiguration', 'token', 'bearerToken'],
    ...(settings.imageUnpinnedReason
      ? { waivers: [{ rule: 'pinned-images', reason: settings.imageUnpinnedReason }] }
      : {}),
    object: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadataIn(settings)(system),
      spec: {
        // One writer: sessions, indexes and the git lock live in the process, and the volume attaches to one node.
        replicas: 1,
        strategy: { type: 'Recreate' },
        progressDeadlineSeconds: deadlines.progress,
        revisionHistoryLimit: 3,
        selector: { matchLabels: pods.server },
        template: {
          metadata: {
            labels: labelsOf(system, pods.server),
            annotations: {
              ...revisionAnnotations({
                token: settings.token,
                bearer: settings.authentication?.mode === 'bearer' ? settings.authentication.secret : undefined,
              }),
              ...(scopes ? contentHash('config', scopes.object.data) : {}),
              ...(proxy ? contentHash('bearer-proxy', proxy.configMap.object.data) : {}),
            },
          },
          spec: hardenedPod(runAs, {
            serviceAccountName: system,
            // SIGTERM is the only moment at which the vector index is saved; a kill means a full re-index at the next start.
            terminationGracePeriodSeconds: 60,
            // Names with a dot are asked for as they are first: policies that allow hosts by name never see search domains.
            dnsConfig: { options: [{ name: 'ndots', value: '1' }] },
            containers: [
              {
                name: system,
                image: settings.image,
                args: ['serve', ...acceptedHosts(settings, cluster).flatMap((host) => ['--allowed-host', host])],
                env: environment(settings),
                ...(proxy ? {} : { ports: [{ name: 'http', containerPort: port }] }),
                // The server listens last, after pull and re-index, so refused connections mean that it still starts.
                startupProbe: { ...probe, periodSeconds: 5, failureThreshold: Math.ceil(deadlines.startup / 5) },
                readinessProbe: { ...probe, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 3 },
                livenessProbe: { ...probe, periodSeconds: 30, failureThreshold: 3, timeoutSeconds: 5 },
                resources: resourceRequirements(settings.resources),
                volumeMounts: [
                  { name: 'data', mountPath: dataPath },
                  { name: 'tmp', mountPath: '/tmp' },
                  ...(scopes ? [{ name: 'config', mountPath: configPath, readOnly: true }] : []),
                ],
              },
              ...(proxy ? [proxy.container] : []),
            ],
            volumes: [
              { name: 'data', persistentVolumeClaim: { claimName: `${system}-data` } },
              { name: 'tmp', emptyDir: { sizeLimit: '10Mi' } },
              ...(scopes ? [{ name: 'config', configMap: { name: scopes.object.metadata.name } }] : []),
              ...(proxy ? [proxy.volume] : []),
            ],
          }),
        },
      },
    },
  };
}

function service(settings: MemoryMcpSettings): Described<'Service'> {
  const { requests, health } = podPorts(settings);
  return {
    object: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadataIn(settings)(system),
      spec: {
        type: 'ClusterIP',
        selector: pods.server,
        ports: [
          { name: 'http', port, targetPort: requests, protocol: 'TCP', appProtocol: 'http' },
          ...(health === requests
            ? []
            : [{ name: 'health', port: health, targetPort: health, protocol: 'TCP' as const }]),
        ],
      },
    },
  };
}

/** Host names that reach the server and that it must therefore accept; it refuses all others with status 403. */
function acceptedHosts(settings: MemoryMcpSettings, cluster: ClusterFacts): string[] {
  const inNamespace = `${system}.${settings.namespace.name}`;
  const inCluster = [system, inNamespace, `${inNamespace}.svc`, `${inNamespace}.svc.${cluster.domain}`];
  const hosts = [...(settings.hostname ? [settings.hostname] : []), ...inCluster, ...settings.server.allowedHosts];
  return [...new Set(hosts)];
}
