import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

/** A path of the host and what stands behind it. */
export interface IngressPath {
  /** Begins with `/` and does not end with it, unless it is the whole host. The server does not see it. */
  readonly prefix: string;
  readonly service: string;
  readonly port: number;
}

export interface IngressArgs {
  readonly metadata: ObjectMeta;
  readonly ingress: NonNullable<ClusterFacts['ingress']>;
  readonly hostname: string;
  readonly paths: readonly IngressPath[];
  /** Secret with the certificate of the host. With an issuer of the cluster cert-manager makes it. Absent = no TLS. */
  readonly tlsSecret?: string;
  /** Largest body of a request, in the notation of nginx such as `100m`. */
  readonly bodySize: string;
}

/** Longest silence of a stream, in seconds. */
const streamSeconds = 3600;

/**
 * Paths of one host by ingress-nginx, each led to a Service of the same namespace with its prefix taken off. A server that
 * tells clients paths of its own, as the SSE transport of MCP does, must have a host to itself, with the path `/`.
 *
 * Event streams pass unbuffered. ingress-nginx goes past the Service to the pods, so that the affinity of the Service does
 * not count: here it is by the client's address, because clients of MCP keep no cookies.
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
 */
export function ingress(args: IngressArgs): Described<'Ingress'> {
  const { hostname, metadata, paths, tlsSecret } = args;
  const rewrites = paths.some(({ prefix }) => prefix !== '/');
  return {
    object: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations(args, rewrites) } },
      spec: {
        ingressClassName: args.ingress.className,
        ...(tlsSecret ? { tls: [{ hosts: [hostname], secretName: tlsSecret }] } : {}),
        rules: [
          {
            host: hostname,
            http: {
              paths: paths.map(({ prefix, service, port }) => ({
                ...(rewrites
                  ? { path: expression(prefix), pathType: 'ImplementationSpecific' as const }
                  : { path: prefix, pathType: 'Prefix' as const }),
                backend: { service: { name: service, port: { number: port } } },
              })),
            },
          },
        ],
      },
    },
  };
}

/** The second group is what is left for the server. */
function expression(prefix: string): string {
  return prefix === '/' ? '/()(.*)' : `${prefix}(/|$)(.*)`;
}

function annotations({ bodySize, ingress: facts, tlsSecret }: IngressArgs, rewrites: boolean): Record<string, string> {
  const nginx = {
    ...(rewrites ? { 'use-regex': 'true', 'rewrite-target': '/$2' } : {}),
    'ssl-redirect': String(tlsSecret !== undefined),
    'proxy-read-timeout': String(streamSeconds),
    'proxy-send-timeout': String(streamSeconds),
    'proxy-buffering': 'off',
    'proxy-body-size': bodySize,
    'upstream-hash-by': '$remote_addr',
  };
  const { certificateIssuer: issuer } = facts;
  return {
    ...(tlsSecret && issuer
      ? { [`cert-manager.io/${issuer.kind === 'ClusterIssuer' ? 'cluster-issuer' : 'issuer'}`]: issuer.name }
      : {}),
    ...Object.fromEntries(Object.entries(nginx).map(([name, value]) => [`nginx.ingress.kubernetes.io/${name}`, value])),
  };
}
