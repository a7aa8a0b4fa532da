import type { ClusterFacts } from '../../config/cluster';
import type { ExposedPort } from '../kit/objects/service';
import { type Exposure, entranceUrl } from '../kit/parts/exposure';
import { metadataIn, podPorts, pods, port, system } from './names';
import type { MemoryMcpSettings } from './settings';

type ExposureSettings = NonNullable<MemoryMcpSettings['exposure']> | { kind: 'gateway'; hostname: string };

/** How the server is reached from outside of the cluster: by the key `exposure`, else through the Gateway by `hostname`. */
export function exposureSettings({ exposure, hostname }: MemoryMcpSettings): ExposureSettings {
  if (exposure) return exposure;
  return hostname ? { kind: 'gateway', hostname } : { kind: 'none' };
}

/** Host name by which users reach the server, where there is one. */
export function hostnameOf(settings: MemoryMcpSettings): string | undefined {
  const exposure = exposureSettings(settings);
  return exposure.kind === 'gateway' || exposure.kind === 'ingress' ? exposure.hostname : undefined;
}

/** URL of that host name; undefined where there is none. */
export function entranceOf(settings: MemoryMcpSettings, cluster: ClusterFacts): string | undefined {
  const exposure = exposureSettings(settings);
  if (exposure.kind !== 'gateway' && exposure.kind !== 'ingress') return undefined;
  return entranceUrl(exposure.kind, exposure.hostname, cluster);
}

/** The same for the objects. */
export function exposureOf(settings: MemoryMcpSettings): Exposure {
  const exposure = exposureSettings(settings);
  const metadata = metadataIn(settings);
  switch (exposure.kind) {
    case 'none':
      return exposure;
    case 'nodePort':
    case 'loadBalancer': {
      const nodePort = exposure.kind === 'nodePort' ? exposure.port : undefined;
      const http: ExposedPort = { name: 'http', port, targetPort: podPorts(settings).requests };
      return {
        kind: exposure.kind,
        sourceRanges: exposure.sourceRanges,
        servers: [
          {
            key: 'external',
            metadata: metadata(`${system}-external`),
            selector: pods.server,
            namedBy: ['memoryMcp', 'exposure', ...(nodePort === undefined ? [] : ['port'])],
            ports: [nodePort === undefined ? http : { ...http, nodePort }],
          },
        ],
      };
    }
    case 'ingress':
    case 'gateway':
      return {
        kind: exposure.kind,
        hosts: [
          {
            metadata: metadata(system),
            hostname: exposure.hostname,
            namedBy: ['memoryMcp', ...(settings.exposure ? ['exposure'] : []), 'hostname'],
            rules: [{ path: settings.path, backend: { name: system, port } }],
            ...(exposure.kind === 'ingress' ? { tlsSecret: exposure.tlsSecretName } : {}),
            after: ['service'],
          },
        ],
        ...(exposure.kind === 'ingress' && exposure.tls ? { tls: exposure.tls } : {}),
      };
  }
}
