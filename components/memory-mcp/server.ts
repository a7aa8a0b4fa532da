import type { ClusterFacts } from '../../config/cluster';
import { configMap } from '../kit/objects/config-map';
import { contentHash } from '../kit/objects/content-hash';
import { labelsOf } from '../kit/objects/labels';
import { hardenedPod, onOneNode, resourceRequirements } from '../kit/objects/pod';
import { bearerSource } from '../kit/parts/access';
import { appServer } from '../kit/parts/app-server';
import { authSidecar } from '../kit/parts/auth-sidecar';
import { madeSecret, revisionAnnotations } from '../kit/parts/secrets';
import { configFile, environment, scopesFile } from './environment';
import { entranceOf, hostnameOf } from './exposure';
import { configPath, dataPath, metadataIn, podPorts, pods, port, system, usesVolume } from './names';
import { rebuildIndex } from './rebuild-index';
import type { MemoryMcpSettings } from './settings';

/** The user that the image is built for; the model cache in the image is readable by it alone. */
export const runAs = { uid: 1000, gid: 1000 };

/** The server, what configures it and what stands in front of it. */
export function server(settings: MemoryMcpSettings, cluster: ClusterFacts) {
  const { authentication, git, token } = settings;
  const metadata = metadataIn(settings);
  const sidecar = authSidecar(authentication, metadata(`${system}-bearer-proxy`), cluster, {
    isBehindEntrance: entranceOf(settings, cluster) !== undefined,
  });
  const scopes =
    git.scopes.length > 0 ? configMap(metadata(`${system}-config`), { [configFile]: scopesFile(settings) }) : undefined;
  const { deployment, service } = appServer({
    name: system,
    metadata,
    selector: pods.server,
    podLabels: { ...labelsOf(system, pods.server), ...(settings.backup.volume ? usesVolume : {}) },
    podAnnotations: {
      ...revisionAnnotations({ token }),
      ...(scopes ? contentHash('config', scopes.object.data) : {}),
    },
    container: {
      image: settings.image,
      args: ['serve', ...acceptedHosts(settings, cluster).flatMap((host) => ['--allowed-host', host])],
      env: environment(settings, cluster),
      resources: resourceRequirements(settings.resources),
      volumeMounts: [
        { name: 'data', mountPath: dataPath },
        { name: 'tmp', mountPath: '/tmp' },
        ...(scopes ? [{ name: 'config', mountPath: configPath, readOnly: true }] : []),
      ],
    },
    ports: { requests: port, health: port },
    reached: podPorts(settings),
    // /healthz and not /readyz: readiness there changes only through traffic, so one failed embedding would take the only
    // endpoint away and nothing could ever bring it back. A POST to /mcp would spend a session and the rate limit. The
    // server listens last, after pull and re-index, so refused connections mean that it still starts.
    checks: { ready: { path: '/healthz' } },
    startupBudgetSeconds: settings.startupBudgetSeconds,
    // One writer: sessions, indexes and the git lock live in the process, and the volume attaches to one node.
    rollout: 'recreate',
    sidecar,
    pod: ({ containers, volumes }) =>
      hardenedPod(runAs, {
        serviceAccountName: system,
        // A backup of the volume mounts it beside the server, on its node.
        ...(settings.backup.volume ? onOneNode(usesVolume) : {}),
        // SIGTERM is the only moment at which the vector index is saved; a kill means a full re-index at the next start.
        terminationGracePeriodSeconds: 60,
        // Names with a dot are asked for as they are first: policies that allow hosts by name never see search domains.
        dnsConfig: { options: [{ name: 'ndots', value: '1' }] },
        ...rebuildIndex(settings),
        containers,
        volumes: [
          { name: 'data', persistentVolumeClaim: { claimName: `${system}-data` } },
          { name: 'tmp', emptyDir: { sizeLimit: '10Mi' } },
          ...(scopes ? [{ name: 'config', configMap: { name: scopes.object.metadata.name } }] : []),
          ...volumes,
        ],
      }),
    after: [
      ...[
        'serviceAccount',
        'volume',
        ...(scopes ? ['scopes'] : []),
        ...(sidecar.configMap ? ['proxyConfiguration'] : []),
      ],
      ...madeSecret('token', token),
      ...madeSecret('bearerToken', bearerSource(authentication)),
    ],
    reachesOut: [system],
    imageUnpinnedReason: settings.imageUnpinnedReason,
  });
  return {
    ...(scopes ? { scopes } : {}),
    ...(sidecar.configMap ? { proxyConfiguration: sidecar.configMap } : {}),
    deployment,
    service,
  };
}

/** Host names that reach the server and that it must therefore accept; it refuses all others with status 403. */
function acceptedHosts(settings: MemoryMcpSettings, cluster: ClusterFacts): string[] {
  const inNamespace = `${system}.${settings.namespace.name}`;
  const inCluster = [system, inNamespace, `${inNamespace}.svc`, `${inNamespace}.svc.${cluster.domain}`];
  const hostname = hostnameOf(settings);
  const hosts = [...(hostname ? [hostname] : []), ...inCluster, ...settings.server.allowedHosts];
  return [...new Set(hosts)];
}
