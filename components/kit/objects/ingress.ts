import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1';
import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
import type { RouteRule } from './http-route';
import { nginxDialect } from './ingress-nginx';
import { traefikDialect } from './ingress-traefik';

export interface IngressArgs {
  readonly metadata: ObjectMeta;
  readonly ingress: NonNullable<ClusterFacts['ingress']>;
  readonly hostname: string;
  /** Either every prefix is replaced by `/` or none is. */
  readonly rules: readonly RouteRule[];
  /** Secret with the certificate of the host. With an issuer of the cluster cert-manager makes it. Absent = no TLS. */
  readonly tlsSecret?: string;
  /** Largest body of a request, in the notation of nginx such as `100m`. Traefik sets no limit. */
  readonly bodySize: string;
}

type HttpPath = NonNullable<
  NonNullable<NonNullable<NonNullable<IIngress['spec']>['rules']>[number]['http']>['paths']
>[number];

/** What a controller reads in a way of its own. */
export interface IngressDialect {
  readonly annotations: Readonly<Record<string, string>>;
  /** How a path of a rule is written. */
  readonly path: (rule: RouteRule) => Pick<HttpPath, 'path' | 'pathType'>;
}

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
