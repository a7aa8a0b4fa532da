import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

export interface RouteArgs {
  readonly metadata: ObjectMeta;
  readonly gateway: NonNullable<ClusterFacts['gateway']>;
  readonly hostname: string;
  readonly rules: readonly RouteRule[];
}

/** What is forwarded, and where to. */
export interface RouteRule {
  /** Path prefix to forward. */
  readonly path: string;
  /** Service of the same namespace, and its port. */
  readonly backend: { readonly name: string; readonly port: number };
  /** What the prefix is replaced by before the server sees the path. Absent = the server sees the path as it is. */
  readonly replaceBy?: string;
}

/**
 * A route from a Gateway to Services. TLS is the Gateway's: its listener holds the certificate.
 *
 * What the API server would fill in is written out: lists of a custom resource are compared whole, so Argo CD would find
 * the route different for ever and apply it again at every sync.
 * @see https://gateway-api.sigs.k8s.io/api-types/httproute/
 */
export function httpRoute(args: RouteArgs): Described<'HTTPRoute'> {
  const { name, namespace, section, streamTimeouts } = args.gateway;
  return {
    object: {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: args.metadata,
      spec: {
        parentRefs: [
          {
            group: 'gateway.networking.k8s.io',
            kind: 'Gateway',
            name,
            ...(namespace ? { namespace } : {}),
            ...(section ? { sectionName: section } : {}),
          },
        ],
        hostnames: [args.hostname],
        rules: args.rules.map(({ backend, path, replaceBy }) => ({
          matches: [{ path: { type: 'PathPrefix', value: path } }],
          ...(replaceBy === undefined ? {} : { filters: [prefixReplacement(replaceBy)] }),
          backendRefs: [{ group: '', kind: 'Service', name: backend.name, port: backend.port, weight: 1 }],
          // An event stream is one request that may last for hours; zero switches the limit off.
          ...(streamTimeouts ? { timeouts: { request: '0s', backendRequest: '0s' } } : {}),
        })),
      },
    },
  };
}

function prefixReplacement(replacePrefixMatch: string) {
  const path = { type: 'ReplacePrefixMatch' as const, replacePrefixMatch };
  return { type: 'URLRewrite' as const, urlRewrite: { path } };
}

/**
 * Makes Envoy Gateway keep each client on its pod, on the route of the same name: like every gateway it goes past the
 * Service to the pods, so that the affinity of the Service does not count.
 * @see https://gateway.envoyproxy.io/docs/tasks/traffic/load-balancing/
 */
export function clientAffinity(metadata: ObjectMeta): Described<'BackendTrafficPolicy'> {
  return {
    object: {
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'BackendTrafficPolicy',
      metadata,
      spec: {
        targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: metadata.name }],
        loadBalancer: { type: 'ConsistentHash', consistentHash: { type: 'SourceIP' } },
      },
    },
  };
}

/**
 * Makes Envoy Gateway ask for an API key on the route of the same name.
 * @see https://gateway.envoyproxy.io/docs/tasks/security/apikey-auth/
 */
export function apiKeyPolicy(
  metadata: ObjectMeta,
  keys: { readonly secretName: string; readonly header: string },
): Described<'SecurityPolicy'> {
  return {
    object: {
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'SecurityPolicy',
      metadata,
      spec: {
        targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: metadata.name }],
        apiKeyAuth: {
          credentialRefs: [{ group: '', kind: 'Secret', name: keys.secretName }],
          extractFrom: [{ headers: [keys.header] }],
        },
      },
    },
  };
}
