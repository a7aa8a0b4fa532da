import type { ObjectMeta } from '../../system/planned-object';
import type { RouteRule } from '../objects/http-route';
import type { ExposedPort } from '../objects/service';
import type { Traffic } from '../objects/traffic';
import type { TlsSettings } from '../settings/tls';

/** How the servers of a system are reached from outside of the cluster. */
export type Exposure =
  | { readonly kind: 'none' }
  | {
      /** Ports of every node, or an address of its own for each server. */
      readonly kind: 'nodePort' | 'loadBalancer';
      /** Networks that may connect. */
      readonly sourceRanges: readonly string[];
      readonly servers: readonly ExternalServer[];
    }
  | {
      /** Host names of the ingress controller, or of the Gateway. */
      readonly kind: 'ingress' | 'gateway';
      readonly hosts: readonly ExposedHost[];
      /** Where their certificates come from. @default the issuer of the cluster, else Secrets that exist; the Gateway's own */
      readonly tls?: TlsSettings;
    };

export type ExposureByHost = Extract<Exposure, { readonly kind: 'ingress' | 'gateway' }>;

/** A server that has a Service of its own for those outside. */
export interface ExternalServer {
  /** Key of that Service. */
  readonly key: string;
  readonly metadata: ObjectMeta;
  /** Labels of the pods. */
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly ExposedPort[];
  /** Key of the stack file that opens it. */
  readonly namedBy?: readonly PropertyKey[];
}

/** A host name, and the servers that it leads to. */
export interface ExposedHost {
  /** What the keys of its objects end with, where there are several hosts. @default nothing */
  readonly key?: string;
  /** Metadata of every object of it. */
  readonly metadata: ObjectMeta;
  readonly hostname: string;
  /** Key of the stack file that has the host name. */
  readonly namedBy?: readonly PropertyKey[];
  readonly rules: readonly RouteRule[];
  /** Secret with the certificate, where an Ingress serves it or one is made for a Gateway. */
  readonly tlsSecret?: string;
  /** What requests and streams may take. Gateways and Traefik set no limit of their own to what they pass on. @default the entrance's own */
  readonly traffic?: Traffic;
  /** Whether one of the servers has several pods, so that each client must stay on its own. @default false */
  readonly scaled?: boolean;
  /** Keys of the Services that it leads to. */
  readonly after: readonly string[];
}
