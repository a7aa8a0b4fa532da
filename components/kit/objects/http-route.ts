import { type GatewayFacts, gatewayParents } from '../../../config/cluster/entrances';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

export interface RouteArgs {
  readonly metadata: ObjectMeta;
  readonly gateway: GatewayFacts;
  readonly hostname: string;
  readonly rules: readonly RouteRule[];
}

/** What is forwarded, and where to. */
export interface RouteRule {
  /** Path prefix to forward. */
  readonly path: string;
  /** Whether the path is forwarded and nothing below it. @default false */
  readonly isExact?: boolean;
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
  const { streamTimeouts } = args.gateway;
  return {
    object: {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: args.metadata,
      spec: {
        parentRefs: gatewayParents(args.gateway).map(({ name, namespace, section }) => ({
          group: 'gateway.networking.k8s.io',
          kind: 'Gateway',
          name,
          ...(namespace ? { namespace } : {}),
          ...(section ? { sectionName: section } : {}),
        })),
        hostnames: [args.hostname],
        rules: args.rules.map(({ backend, isExact, path, replaceBy }) => ({
          matches: [{ path: { type: isExact ? 'Exact' : 'PathPrefix', value: path } }],
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
