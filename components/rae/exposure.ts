import type { ClusterFacts } from '../../config/cluster';
import { type Exposure, entranceUrl } from '../kit/parts/exposure';
import type { Endpoint } from '../system/described';
import { keyOf, type Rae } from './instance';
import { metadataIn, names, paths, podsOf, ports } from './names';
import { trafficOf } from './sidecar';

/** Host name by which users reach the API, where there is one. */
export function hostnameOf({ settings: { exposure } }: Rae): string | undefined {
  return exposure.kind === 'none' ? undefined : exposure.hostname;
}

/** What is reached from outside: the version of the API that there is, and its health. Metrics and the rest stay inside. */
export function exposureOf(rae: Rae): Exposure {
  const { namespace, settings } = rae;
  const { exposure } = settings;
  if (exposure.kind === 'none') return exposure;
  const backend = { name: names.api, port: ports.api };
  return {
    kind: exposure.kind,
    hosts: [
      {
        metadata: metadataIn(namespace, podsOf('api'))(names.ingress),
        hostname: exposure.hostname,
        namedBy: keyOf('exposure', 'hostname'),
        rules: [
          { path: paths.ready, isExact: true, backend },
          { path: paths.routed, backend },
        ],
        tlsSecret: exposure.tlsSecretName,
        traffic: trafficOf(rae),
        after: [`${names.api}-service`],
      },
    ],
    ...(exposure.tls ? { tls: exposure.tls } : {}),
  };
}

/** Where clients find the API. */
export function endpointOf(rae: Rae, cluster: ClusterFacts): Endpoint {
  const { exposure } = rae.settings;
  const inClusterUrl = `http://${names.api}.${rae.namespace}.svc.${cluster.domain}:${ports.api}`;
  if (exposure.kind === 'none') return { url: inClusterUrl, inClusterUrl };
  return { url: entranceUrl(exposure.kind, exposure.hostname, cluster), inClusterUrl };
}
