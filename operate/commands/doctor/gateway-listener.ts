/** A listener of a Gateway, as far as a route has to do with it. */
export interface Listener {
  readonly name: string;
  readonly hostname?: string;
  readonly protocol?: string;
  readonly port?: number;
  readonly allowedRoutes?: {
    readonly namespaces?: { readonly from?: string; readonly selector?: LabelSelector };
    readonly kinds?: readonly { readonly group?: string; readonly kind: string }[];
  };
}

/** A selector of labels, as every Kubernetes API has it. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** What a listener is asked to admit. */
export interface WantedRoute {
  readonly hostnames: readonly string[];
  readonly namespace: string;
  readonly gatewayNamespace: string;
  /** Labels of the route's namespace. */
  readonly labels: Readonly<Record<string, string>>;
}

const routeGroup = 'gateway.networking.k8s.io';

/**
 * Why a listener does not admit an HTTPRoute; nothing where it does.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#allowedroutes
 */
export function objections(listener: Listener, route: WantedRoute): readonly string[] {
  return [kindObjection(listener), namespaceObjection(listener, route), hostnameObjection(listener, route)].filter(
    (objection) => objection !== undefined,
  );
}

/** Why what clients show could be read on its way through the listeners that admit a route; nothing where it could not. */
export function plainTextObjection(admitting: readonly Listener[]): string | undefined {
  const plain = admitting.filter(({ protocol }) => protocol === 'HTTP').map(({ name }) => name);
  return plain.length > 0 ? `${plain.join(', ')} takes it by plain HTTP` : undefined;
}

function kindObjection({ allowedRoutes, protocol }: Listener): string | undefined {
  const kinds = allowedRoutes?.kinds ?? [];
  if (kinds.length === 0) {
    const speaks = protocol === undefined || protocol === 'HTTP' || protocol === 'HTTPS';
    return speaks ? undefined : `its protocol ${protocol} takes no HTTPRoute`;
  }
  if (kinds.some(({ group = routeGroup, kind }) => group === routeGroup && kind === 'HTTPRoute')) return undefined;
  return `it admits only ${kinds.map(({ kind }) => kind).join(', ')}`;
}

function namespaceObjection({ allowedRoutes }: Listener, route: WantedRoute): string | undefined {
  const { from = 'Same', selector = {} } = allowedRoutes?.namespaces ?? {};
  if (from === 'All') return undefined;
  if (from === 'Selector') {
    return selects(selector, route.labels)
      ? undefined
      : `it admits routes of namespaces that its selector matches, and ${route.namespace} has other labels`;
  }
  if (from === 'Same' && route.namespace === route.gatewayNamespace) return undefined;
  const whose = from === 'Same' ? `its own namespace ${route.gatewayNamespace}` : `no namespace (${from})`;
  return `it admits routes of ${whose} only, not of ${route.namespace}`;
}

function hostnameObjection({ hostname }: Listener, { hostnames }: WantedRoute): string | undefined {
  if (hostnames.length === 0 || hostnames.some((wanted) => hostnamesMeet(hostname, wanted))) return undefined;
  return `its host name ${hostname} does not cover ${hostnames.join(', ')}`;
}

/**
 * Whether a host name of a listener and one of a route have a name in common. A leading `*.` stands for one or several
 * labels; a listener without a host name takes every one.
 */
export function hostnamesMeet(listener: string | undefined, route: string): boolean {
  if (listener === undefined || listener === '') return true;
  const [a, b] = [listener.toLowerCase(), route.toLowerCase()];
  if (a === b) return true;
  const [wildA, wildB] = [a.startsWith('*.'), b.startsWith('*.')];
  if (wildA && wildB) return a.endsWith(b.slice(1)) || b.endsWith(a.slice(1));
  return (wildA && b.endsWith(a.slice(1))) || (wildB && a.endsWith(b.slice(1)));
}

/** Whether a selector matches labels. An empty one matches everything. */
export function selects(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(selector.matchLabels ?? {});
  return (
    wanted.every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      if (operator === 'In') return value !== undefined && values.includes(value);
      return operator === 'NotIn' && (value === undefined || !values.includes(value));
    })
  );
}
