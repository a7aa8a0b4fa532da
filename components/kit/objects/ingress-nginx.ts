import { type IngressArgs, type IngressDialect, plainPath } from './ingress-dialect';

/** Without a word of the server. */
const usual = { silenceSeconds: 3600, bodySize: '100m' };

/**
 * What ingress-nginx reads. Event streams pass unbuffered. It goes past the Service to the pods, so that the affinity of the
 * Service does not count: here it is by the client's address, because clients of MCP keep no cookies.
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
 */
export function nginxDialect({ tlsSecret, traffic = {} }: IngressArgs, rewrites: boolean): IngressDialect {
  const { bodyBytes, silenceSeconds = usual.silenceSeconds } = traffic;
  const annotations = {
    ...(rewrites ? { 'use-regex': 'true', 'rewrite-target': '/$2' } : {}),
    'ssl-redirect': String(tlsSecret !== undefined),
    'proxy-read-timeout': String(silenceSeconds),
    'proxy-send-timeout': String(silenceSeconds),
    'proxy-buffering': 'off',
    'proxy-body-size': bodyBytes === undefined ? usual.bodySize : String(bodyBytes),
    'upstream-hash-by': '$remote_addr',
  };
  return {
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([name, value]) => [`nginx.ingress.kubernetes.io/${name}`, value]),
    ),
    path: (rule) => {
      if (!rewrites) return plainPath(rule);
      const { path } = rule;
      // The second group is what is left for the server.
      return { path: path === '/' ? '/()(.*)' : `${path}(/|$)(.*)`, pathType: 'ImplementationSpecific' };
    },
  };
}
