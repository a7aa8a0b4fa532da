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
 * @see https://gateway-api.sigs.k8s.io/api-types/httproute/
 */
export function httpRoute(args: RouteArgs): Described<Named<IHTTPRoute>> {
  const { name, namespace, section } = args.gateway;
  return {
    object: {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: args.metadata,
      spec: {
        parentRefs: [{ name, ...(namespace ? { namespace } : {}), ...(section ? { sectionName: section } : {}) }],
        hostnames: [args.hostname],
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: args.path } }],
            backendRefs: [{ name: args.backend.name, port: args.backend.port }],
          },
        ],
      },
    },
  };
}
