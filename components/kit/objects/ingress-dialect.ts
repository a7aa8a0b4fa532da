import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1';
import type { ClusterFacts } from '../../../config/cluster';
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
