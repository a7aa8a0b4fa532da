import type { ClusterFacts } from '../../config/cluster';
import { type Exposure, entranceUrl } from '../kit/parts/exposure';
import type { Endpoint } from '../system/described';
import { type Instance, keyOf } from './instance';
import { metadataIn, names, paths, podsOf, port } from './names';
import { trafficOf } from './sidecar';

/** Host name by which users reach the server, where there is one. */
export function hostnameOf({ settings: { exposure } }: Instance): string | undefined {
  return exposure.kind === 'none' ? undefined : exposure.hostname;
}

/** How the server is reached from outside of the cluster: its health, and everything of the protocol. */
export function exposureOf(instance: Instance): Exposure {
  const { name, namespace, settings } = instance;
  const { exposure } = settings;
  if (exposure.kind === 'none') return exposure;
  const backend = { name: names.server, port };
  return {
    kind: exposure.kind,
    hosts: [
      {
        metadata: metadataIn(namespace, podsOf('mcp-service'))(names.ingress),
        hostname: exposure.hostname,
        namedBy: keyOf(name, 'exposure', 'hostname'),
        rules: [
          { path: paths.health, isExact: true, backend },
          { path: paths.routed, backend },
        ],
        tlsSecret: exposure.tlsSecretName,
        traffic: trafficOf(instance),
        after: [`${names.server}-service`],
      },
    ],
    ...(exposure.tls ? { tls: exposure.tls } : {}),
  };
}

/** Where clients find the server by one of its transports. */
export function endpointOf(instance: Instance, cluster: ClusterFacts, path: string): Endpoint {
  const { exposure } = instance.settings;
  const inClusterUrl = `http://${names.server}.${instance.namespace}.svc.${cluster.domain}:${port}${path}`;
  if (exposure.kind === 'none') return { url: inClusterUrl, inClusterUrl };
  return { url: `${entranceUrl(exposure.kind, exposure.hostname, cluster)}${path}`, inClusterUrl };
}
