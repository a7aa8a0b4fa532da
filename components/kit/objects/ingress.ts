import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
import type { RouteRule } from './http-route';

export interface IngressArgs {
  readonly metadata: ObjectMeta;
  readonly ingress: NonNullable<ClusterFacts['ingress']>;
  readonly hostname: string;
  /** Either every prefix is replaced by `/` or none is. */
  readonly rules: readonly RouteRule[];
  /** Secret with the certificate of the host. With an issuer of the cluster cert-manager makes it. Absent = no TLS. */
  readonly tlsSecret?: string;
  /** Largest body of a request, in the notation of nginx such as `100m`. */
  readonly bodySize: string;
}

/** Longest silence of a stream, in seconds. */
const streamSeconds = 3600;

/**
 * Paths of one host by ingress-nginx, each led to a Service of the same namespace. A server that tells clients paths of its
 * own, as the SSE transport of MCP does, must have a host to itself, with the path `/`.
 *
 * Event streams pass unbuffered. ingress-nginx goes past the Service to the pods, so that the affinity of the Service does
 * not count: here it is by the client's address, because clients of MCP keep no cookies.
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
 * @throws Error where the prefix of one path is replaced and that of another is not, or by something else than `/`
 */
export function ingress(args: IngressArgs): Described<'Ingress'> {
  const { hostname, metadata, rules, tlsSecret } = args;
  const rewrites = rules.some(({ replaceBy }) => replaceBy !== undefined);
  if (rewrites && rules.some(({ path, replaceBy = path }) => replaceBy !== '/')) {
    throw new Error(
      `Ingress ${metadata.name}: ingress-nginx takes the prefix off every path of an Ingress, or off none`,
    );
  }
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
              paths: rules.map(({ backend: { name, port }, path }) => ({
                ...(rewrites
                  ? // The second group is what is left for the server.
                    { path: path === '/' ? '/()(.*)' : `${path}(/|$)(.*)`, pathType: 'ImplementationSpecific' as const }
                  : { path, pathType: 'Prefix' as const }),
                backend: { service: { name, port: { number: port } } },
              })),
            },
          },
        ],
      },
    },
  };
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
