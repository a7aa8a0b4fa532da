import type { Described } from '../../system/described';
import { issuerAnnotations } from './certificate';
import { type IngressArgs, type IngressDialect, plainPath } from './ingress-dialect';
import { nginxDialect } from './ingress-nginx';
import { traefikDialect } from './ingress-traefik';

/** What each implementation reads in a way of its own. */
const dialects = {
  nginx: nginxDialect,
  traefik: traefikDialect,
  other: ({ metadata }: IngressArgs, rewrites: boolean): IngressDialect => {
    if (rewrites)
      throw new Error(`Ingress ${metadata.name}: prefixes are taken off by ingress-nginx and Traefik alone`);
    return { annotations: {}, path: plainPath };
  },
} as const;

/**
 * Paths of one host, each led to a Service of the same namespace. A server that tells clients paths of its own, as the SSE
 * transport of MCP does, must have a host to itself, with the path `/`.
 *
 * @throws Error where the prefix of one path is replaced and that of another is not, or by something else than `/`, or by a
 *   controller of which nobody knows how it is told to
 */
export function ingress(args: IngressArgs): Described<'Ingress'> {
  const { hostname, ingress: facts, metadata, rules, tlsSecret } = args;
  const rewrites = rules.some(({ replaceBy }) => replaceBy !== undefined);
  if (rewrites && rules.some(({ isExact, path, replaceBy = path }) => isExact || replaceBy !== '/')) {
    throw new Error(`Ingress ${metadata.name}: the prefix is taken off every path of an Ingress, or off none`);
  }
  const dialect = dialects[facts.implementation](args, rewrites);
  const issuer = tlsSecret && args.issuer ? issuerAnnotations(args.issuer) : {};
  const annotations = { ...metadata.annotations, ...issuer, ...dialect.annotations, ...facts.annotations };
  return {
    object: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { ...metadata, annotations },
      spec: {
        ingressClassName: facts.className,
        ...(tlsSecret ? { tls: [{ hosts: [hostname], secretName: tlsSecret }] } : {}),
        rules: [
          {
            host: hostname,
            http: {
              paths: rules.map((rule) => ({
                ...dialect.path(rule),
                backend: { service: { name: rule.backend.name, port: { number: rule.backend.port } } },
              })),
            },
          },
        ],
      },
    },
  };
}
