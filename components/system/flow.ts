/** Labels that select pods. */
export type Labels = Readonly<Record<string, string>>;

/** The other end of a flow. */
export type Peer =
  /** Pods of our own namespace where none is named; `*` is every namespace. */
  | { readonly kind: 'pods'; readonly namespace?: string | undefined; readonly labels: Labels }
  /** Who asks for health and metrics. */
  | { readonly kind: 'monitoring' }
  | { readonly kind: 'gateway' }
  | { readonly kind: 'ingress-controller' }
  /** Networks, of clients that come by a port of the nodes or by a load balancer. */
  | { readonly kind: 'addresses'; readonly cidrs: readonly string[] }
  | { readonly kind: 'dns' }
  | { readonly kind: 'api-server' }
  /**
   * Hosts outside the cluster, by name where the policies can name them, else by the networks that they are on: every
   * public address where there are none. `*.` before a domain stands for every name below it.
   */
  | { readonly kind: 'hosts'; readonly names: readonly string[]; readonly networks?: readonly string[] };

/** The namespace of a peer that stands for every one of them. */
export const everyNamespace = '*';

/** One kind of traffic that our pods really have. Everything else is denied. */
export interface Flow {
  /** Name of the flow, part of its policy's name. */
  readonly name: string;
  /** Labels of our pods at this end. */
  readonly pods: Labels;
  readonly direction: 'in' | 'out';
  readonly peer: Peer;
  /** TCP port, or several. Of DNS it is what is asked, also by UDP: policies go by the ports that the cluster facts have. */
  readonly port: number | readonly number[];
  /** Whether the client knows no proxy, so that this goes to the host itself even where there is one. @default false */
  readonly direct?: boolean;
  /** Why the flow exists, for the table in the docs. */
  readonly purpose: string;
}
