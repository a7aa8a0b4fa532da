/** Labels that select pods. */
export type Labels = Readonly<Record<string, string>>;

/** The other end of a flow. */
export type Peer =
  | { readonly kind: 'pods'; readonly namespace?: string | undefined; readonly labels: Labels }
  | { readonly kind: 'gateway' }
  | { readonly kind: 'ingress-controller' }
  /** Networks, of clients that come by a port of the nodes or by a load balancer. */
  | { readonly kind: 'addresses'; readonly cidrs: readonly string[] }
  | { readonly kind: 'dns' }
  | { readonly kind: 'api-server' }
  /**
   * Hosts outside the cluster, by name where the policies can name them, else every public address. `*.` before a domain
   * stands for every name below it.
   */
  | { readonly kind: 'hosts'; readonly names: readonly string[] };

/** One kind of traffic that our pods really have. Everything else is denied. */
export interface Flow {
  /** Name of the flow, part of its policy's name. */
  readonly name: string;
  /** Labels of our pods at this end. */
  readonly pods: Labels;
  readonly direction: 'in' | 'out';
  readonly peer: Peer;
  /** TCP port, or several; of DNS also UDP. */
  readonly port: number | readonly number[];
  /** Why the flow exists, for the table in the docs. */
  readonly purpose: string;
}
