import type { ISecurityPolicy } from '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1';
import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import type { ClusterFacts } from '../../config/cluster';
import type { Described, Named, ObjectMeta } from './object';

export interface RouteArgs {
  readonly metadata: ObjectMeta;
  readonly gateway: NonNullable<ClusterFacts['gateway']>;
  readonly hostname: string;
  /** Path prefix to forward. */
  readonly path: string;
  /** Service of the same namespace, and its port. */
  readonly backend: { readonly name: string; readonly port: number };
}

/**
 * A route from a Gateway to one Service. TLS is the Gateway's: its listener holds the certificate.
 *
 * What the API server would fill in is written out: lists of a custom resource are compared whole, so Argo CD would find
 * the route different for ever and apply it again at every sync.
 * @see https://gateway-api.sigs.k8s.io/api-types/httproute/
 */
export function httpRoute(args: RouteArgs): Described<Named<IHTTPRoute>> {
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
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: args.path } }],
            backendRefs: [{ group: '', kind: 'Service', name: args.backend.name, port: args.backend.port, weight: 1 }],
            // An event stream is one request that may last for hours; zero switches the limit off.
            ...(streamTimeouts ? { timeouts: { request: '0s', backendRequest: '0s' } } : {}),
          },
        ],
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
): Described<Named<ISecurityPolicy>> {
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
