import type { IngressArgs, IngressDialect } from './ingress-dialect';

/** Longest silence of a stream, in seconds. */
const streamSeconds = 3600;

/**
 * What ingress-nginx reads. Event streams pass unbuffered. It goes past the Service to the pods, so that the affinity of the
 * Service does not count: here it is by the client's address, because clients of MCP keep no cookies.
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
 */
export function nginxDialect({ bodySize, tlsSecret }: IngressArgs, rewrites: boolean): IngressDialect {
  const annotations = {
    ...(rewrites ? { 'use-regex': 'true', 'rewrite-target': '/$2' } : {}),
    'ssl-redirect': String(tlsSecret !== undefined),
    'proxy-read-timeout': String(streamSeconds),
    'proxy-send-timeout': String(streamSeconds),
    'proxy-buffering': 'off',
    'proxy-body-size': bodySize,
    'upstream-hash-by': '$remote_addr',
  };
  return {
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([name, value]) => [`nginx.ingress.kubernetes.io/${name}`, value]),
    ),
    path: ({ path }) => {
      if (!rewrites) return { path, pathType: 'Prefix' };
      // The second group is what is left for the server.
      return { path: path === '/' ? '/()(.*)' : `${path}(/|$)(.*)`, pathType: 'ImplementationSpecific' };
    },
  };
}
