import type { ClusterFacts } from '../../config/cluster';
import type { Traffic } from '../kit/objects/traffic';
import type { ServerPorts } from '../kit/parts/app-server';
import { type AuthSidecar, noSidecar, proxyPorts } from '../kit/parts/auth-sidecar';
import { clientSidecar } from '../kit/parts/client-sidecar';
import type { Rae } from './instance';
import { metadataIn, names, paths, podsOf, ports } from './names';

/** Largest body of a request, in bytes. */
const bodyBytes = 100 * 1024 * 1024;

/** How clients show their keys, those of upstream above all; and how the application is told whose memories they are. */
export const keyHeader = 'X-API-Key';
export const tenantHeader = 'X-Tenant-Id';

/** What requests may take, for all that lies before the API. Nothing streams: a silence is a request that is worked on. */
export function trafficOf({ settings: { api } }: Rae): Traffic {
  return { silenceSeconds: api.requestSeconds, bodyBytes };
}

/** Ports of the API's pods: of the proxy where there is one. */
export function servedPorts({ settings }: Rae): ServerPorts {
  return settings.authentication?.mode === 'clients'
    ? { requests: proxyPorts.guarded, health: proxyPorts.health }
    : { requests: ports.api, health: ports.api };
}

/** The proxy in front of the API, which asks for the key of a client and says whose tenant it is. */
export function sidecarOf(rae: Rae, cluster: ClusterFacts): AuthSidecar {
  const { namespace, settings } = rae;
  const { authentication, exposure } = settings;
  if (authentication?.mode !== 'clients') return noSidecar;
  const tenants = authentication.clients;
  return clientSidecar({
    settings: authentication,
    metadata: metadataIn(namespace, podsOf('api'))(names.proxy),
    cluster,
    header: keyHeader,
    identity: { header: tenantHeader, of: (client) => tenants[client]?.tenant ?? '' },
    upstream: {
      port: ports.api,
      health: { port: ports.api, paths: [paths.live, paths.ready, paths.metrics] },
      openPaths: [paths.ready],
      isBehindEntrance: exposure.kind !== 'none',
      judgesOrigin: true,
      paths: authentication.paths,
      // The application believes it, and takes who sends it for that user.
      droppedHeader: 'X-User-Id',
      stopSeconds: settings.api.requestSeconds,
      // A body has a length or comes in pieces, and either is fine here: the entrance bounds it.
      traffic: { silenceSeconds: settings.api.requestSeconds },
    },
  });
}
