import type { Described } from '../../system/described';
import type { IngressArgs } from './ingress-dialect';
import { nginxDialect } from './ingress-nginx';
import { traefikDialect } from './ingress-traefik';

/**
 * Paths of one host, each led to a Service of the same namespace. A server that tells clients paths of its own, as the SSE
 * transport of MCP does, must have a host to itself, with the path `/`.
 *
 * @throws Error where the prefix of one path is replaced and that of another is not, or by something else than `/`
 */
export function ingress(args: IngressArgs): Described<'Ingress'> {
  const { hostname, ingress: facts, metadata, rules, tlsSecret } = args;
  const rewrites = rules.some(({ replaceBy }) => replaceBy !== undefined);
  if (rewrites && rules.some(({ path, replaceBy = path }) => replaceBy !== '/')) {
    throw new Error(`Ingress ${metadata.name}: the prefix is taken off every path of an Ingress, or off none`);
  }
  const dialect = facts.implementation === 'traefik' ? traefikDialect(args, rewrites) : nginxDialect(args, rewrites);
  const annotations = { ...metadata.annotations, ...issuerAnnotation(args), ...dialect.annotations };
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

function issuerAnnotation({ ingress: { certificateIssuer: issuer }, tlsSecret }: IngressArgs): Record<string, string> {
  if (!tlsSecret || !issuer) return {};
  return { [`cert-manager.io/${issuer.kind === 'ClusterIssuer' ? 'cluster-issuer' : 'issuer'}`]: issuer.name };
}
