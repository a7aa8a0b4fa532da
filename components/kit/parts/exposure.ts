import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { Peer } from '../../system/flow';
import { clientAffinity } from '../objects/backend-traffic-policy';
import { httpRoute } from '../objects/http-route';
import { ingress } from '../objects/ingress';
import { prefixMiddleware } from '../objects/ingress-traefik';
import { apiKeyPolicy } from '../objects/security-policy';
import { loadBalancerService, nodePortService } from '../objects/service';
import type { AuthenticationSettings } from '../settings/authentication';
import { certificateObjects, issuerFor, keyOf } from './certificates';
import type { ExposedHost, Exposure, ExposureByHost } from './exposed';

export type { ExposedHost, Exposure } from './exposed';

/**
 * What lets users in from outside of the cluster; nothing where nobody comes from there. What is open without any
 * authentication carries the reason as a waiver.
 */
export function exposureObjects(
  exposure: Exposure,
  authentication: AuthenticationSettings | undefined,
  cluster: ClusterFacts,
): Record<string, Described> {
  const objects = openings(exposure, cluster);
  const certificates = certificateObjects(exposure, cluster);
  const waivers =
    authentication?.mode === 'none' ? [{ rule: 'guarded-routes', reason: authentication.reason }] : undefined;
  const opened = Object.fromEntries(
    Object.entries(objects).flatMap(([key, { host, ...described }]): [string, Described][] => {
      // Before the route, so that it is never open without them: policies name it, and wait for it.
      const policies = host ? before(host, described.object.kind, authentication, cluster) : {};
      const after = [...(described.after ?? []), ...Object.keys(policies)];
      const opening = after.length > 0 ? { ...described, after } : described;
      return [...Object.entries(policies), [key, waivers ? { ...opening, waivers } : opening]];
    }),
  );
  return { ...certificates, ...opened };
}

/** An opening, and the host name that it serves where there is one. */
type Opening = Described & { readonly host?: ExposedHost };

function openings(exposure: Exposure, cluster: ClusterFacts): Record<string, Opening> {
  switch (exposure.kind) {
    case 'none':
      return {};
    case 'nodePort':
    case 'loadBalancer': {
      const { kind, servers, sourceRanges } = exposure;
      return Object.fromEntries(
        servers.map(({ key, namedBy, ...server }) => [
          key,
          named(
            namedBy,
            kind === 'nodePort' ? nodePortService(server) : loadBalancerService(server, sourceRanges, cluster),
          ),
        ]),
      );
    }
    case 'ingress':
    case 'gateway':
      return Object.fromEntries(
        exposure.hosts.map((host) => [
          keyOf(exposure.kind === 'ingress' ? 'ingress' : 'route', host),
          named(
            host.namedBy,
            exposure.kind === 'ingress' ? throughIngress(host, exposure, cluster) : throughGateway(host, cluster),
          ),
        ]),
      );
  }
}

function named(namedBy: readonly PropertyKey[] | undefined, opening: Opening): Opening {
  return namedBy ? { ...opening, namedBy } : opening;
}

function throughIngress(host: ExposedHost, exposure: ExposureByHost, cluster: ClusterFacts): Opening {
  const { after, hostname, metadata, rules, tlsSecret, traffic } = host;
  if (!cluster.ingress) throw new Error('an Ingress without an ingress controller has been refused before');
  const issuer = issuerFor(exposure, cluster);
  const args = {
    ...(tlsSecret ? { tlsSecret } : {}),
    ...(issuer ? { issuer } : {}),
    ...(traffic ? { traffic } : {}),
  };
  return { ...ingress({ metadata, ingress: cluster.ingress, hostname, rules, ...args }), after, host };
}

function throughGateway(host: ExposedHost, { gateway }: ClusterFacts): Opening {
  if (!gateway) throw new Error('a route without a Gateway has been refused before');
  const { after, hostname, metadata, rules } = host;
  return { ...httpRoute({ metadata, gateway, hostname, rules }), after, host };
}

/** What is there before a host name is open. */
function before(
  host: ExposedHost,
  kind: string,
  authentication: AuthenticationSettings | undefined,
  cluster: ClusterFacts,
): Record<string, Described> {
  if (kind === 'HTTPRoute') return ofGateway(host, authentication, cluster);
  const prefixes =
    cluster.ingress?.implementation === 'traefik' ? prefixMiddleware(host.metadata, host.rules) : undefined;
  return prefixes ? { [keyOf('prefixes', host)]: prefixes } : {};
}

/** What a Gateway is told about a route besides, by a policy of Envoy Gateway. */
function ofGateway(
  host: ExposedHost,
  authentication: AuthenticationSettings | undefined,
  { gateway }: ClusterFacts,
): Record<string, Described> {
  const { metadata, scaled } = host;
  return {
    ...(authentication?.mode === 'gateway'
      ? {
          [keyOf('apiKeys', host)]: apiKeyPolicy(metadata, { ...authentication, origins: authentication.cors.origins }),
        }
      : {}),
    ...(scaled && gateway?.implementation === 'envoy-gateway'
      ? { [keyOf('affinity', host)]: clientAffinity(metadata) }
      : {}),
  };
}

/** URL of a host name at the Gateway or the ingress controller, always by TLS; without a path. */
export function entranceUrl(kind: 'ingress' | 'gateway', hostname: string, cluster: ClusterFacts): string {
  const { port = 443 } = cluster[kind] ?? {};
  return `https://${hostname}${port === 443 ? '' : `:${port}`}`;
}

/** Those outside, as network policies know them; undefined where nobody is let in. */
export function outsidePeer(
  exposure:
    | { readonly kind: 'none' | 'ingress' | 'gateway' }
    | { readonly kind: 'nodePort' | 'loadBalancer'; readonly sourceRanges: readonly string[] },
): Peer | undefined {
  switch (exposure.kind) {
    case 'none':
      return undefined;
    case 'nodePort':
    case 'loadBalancer':
      return { kind: 'addresses', cidrs: exposure.sourceRanges };
    case 'ingress':
      return { kind: 'ingress-controller' };
    case 'gateway':
      return { kind: 'gateway' };
  }
}
