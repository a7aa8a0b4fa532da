import type { ClusterFacts } from '../../config/cluster';
import type { Traffic } from '../kit/objects/traffic';
import type { ServerPorts } from '../kit/parts/app-server';
import { type AuthSidecar, authSidecar, proxyPorts } from '../kit/parts/auth-sidecar';
import type { Instance } from './instance';
import { metadataIn, names, paths, podsOf, port } from './names';

/** Longest body that the server takes; a longer one it answers with status 500. */
const bodyBytes = 102_400;

/** What requests and streams may take, for all that lies before the server. */
export function trafficOf({ settings: { server } }: Instance): Traffic {
  return { silenceSeconds: server.sessionSeconds, bodyBytes };
}

/** Ports of the pod: of the proxy where there is one. */
export function servedPorts({ settings }: Instance): ServerPorts {
  return settings.authentication?.mode === 'bearer'
    ? { requests: proxyPorts.guarded, health: proxyPorts.health }
    : { requests: port, health: port };
}

/** Requests of one client within a minute, where nobody says otherwise. */
const requestsPerMinute: Readonly<Record<Instance['tier'], number>> = { private: 60, work: 60, public: 120 };

/** The proxy in front of the server, which does for it what standard clients count on. */
export function sidecarOf(instance: Instance, cluster: ClusterFacts): AuthSidecar {
  const { namespace, settings, tier } = instance;
  const { authentication, exposure } = settings;
  const limited =
    authentication?.mode === 'bearer'
      ? {
          ...authentication,
          limit: authentication.limit ?? { requestsPerMinute: requestsPerMinute[tier], per: 'address' as const },
        }
      : authentication;
  return authSidecar(limited, metadataIn(namespace, podsOf('mcp-service'))(names.proxy), cluster, {
    port,
    health: { port, paths: [paths.health] },
    openPaths: [paths.health],
    isBehindEntrance: exposure.kind !== 'none',
    judgesOrigin: true,
    // The server looks for the session of a POST in a header that no client of this transport sends.
    sessionPath: paths.sse,
    traffic: trafficOf(instance),
  });
}
