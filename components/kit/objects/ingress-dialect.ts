import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1';
import type { ClusterFacts } from '../../../config/cluster';
import type { IssuerReference } from '../../../config/cluster/entrances';
import type { ObjectMeta } from '../../system/planned-object';
import type { RouteRule } from './http-route';
import type { Traffic } from './traffic';

export interface IngressArgs {
  readonly metadata: ObjectMeta;
  readonly ingress: NonNullable<ClusterFacts['ingress']>;
  readonly hostname: string;
  /** Either every prefix is replaced by `/` or none is. */
  readonly rules: readonly RouteRule[];
  /** Secret with the certificate of the host. Absent = no TLS. */
  readonly tlsSecret?: string;
  /** Whom cert-manager asks for that certificate. Absent = the Secret exists. */
  readonly issuer?: IssuerReference;
  /** What requests and streams may take. @default streams silent for an hour, bodies of 100 MiB; Traefik sets no limits */
  readonly traffic?: Traffic;
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

/** A path as every controller reads it. */
export function plainPath({ isExact, path }: RouteRule): Pick<HttpPath, 'path' | 'pathType'> {
  return { path, pathType: isExact ? 'Exact' : 'Prefix' };
}
