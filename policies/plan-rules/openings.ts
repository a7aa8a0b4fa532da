import type { PlannedObject } from '../../components/system/planned-object';
import { type Owned, ownedIn, ownedOf, type PlanRule, sharedFaults } from '../plan-rule';

/** A path of a host name, and what serves it. */
interface Place {
  readonly kind: 'HTTPRoute' | 'Ingress';
  readonly host: string;
  readonly path: string;
}

export const oneHost: PlanRule = {
  name: 'one-host',
  demand: 'a path of a host name leads to one place, and a host name to the Gateway or to the ingress controller',
  check(plan) {
    const holders = ownedIn(plan).flatMap((of) => placesOf(of.object).map((has) => ({ of, has })));
    return sharedFaults(holders, (earlier, later) => {
      if (earlier.host !== later.host) return undefined;
      if (earlier.kind !== later.kind) return `the host name ${later.host}, which leads to one entrance only,`;
      return earlier.path === later.path ? `the path ${later.path} of the host name ${later.host}` : undefined;
    });
  },
};

function placesOf(object: PlannedObject): Place[] {
  if (object.kind === 'HTTPRoute') {
    const { hostnames = [], rules = [] } = object.spec;
    const paths = rules.flatMap(({ matches = [{}] }) => matches.map(({ path }) => path?.value ?? '/'));
    return hostnames.flatMap((host) => paths.map((path) => ({ kind: 'HTTPRoute' as const, host, path })));
  }
  if (object.kind !== 'Ingress') return [];
  return (object.spec?.rules ?? []).flatMap(({ host, http }) =>
    host === undefined
      ? []
      : (http?.paths ?? []).map(({ path = '/' }) => ({ kind: 'Ingress' as const, host, path: prefixOf(path) })),
  );
}

/** The prefix that a path of ingress-nginx stands for where it is a regular expression, see components/kit/objects/ingress.ts. */
function prefixOf(path: string): string {
  return path.replace(/\((\/\|\$)?\)\(\.\*\)$/, '');
}

export const oneNodePort: PlanRule = {
  name: 'one-node-port',
  demand: 'a port of the nodes belongs to one Service: the API server refuses the second',
  check(plan) {
    const holders = ownedOf(plan, 'Service').flatMap((of) =>
      (of.object.spec?.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [{ of, has: nodePort }] : [])),
    );
    return sharedFaults(holders, (earlier, later) =>
      earlier === later ? `the port ${later} of the nodes` : undefined,
    );
  },
};

/** Annotations by which MetalLB, kube-vip and Cilium are asked for addresses, and those that let Services share one. */
const addressKeys = [
  ...['metallb.io/loadBalancerIPs', 'metallb.universe.tf/loadBalancerIPs', 'kube-vip.io/loadbalancerIPs'],
  ...['lbipam.cilium.io/ips', 'io.cilium/lb-ipam-ips'],
];
const sharingKeys = [
  ...['metallb.io/allow-shared-ip', 'metallb.universe.tf/allow-shared-ip'],
  ...['lbipam.cilium.io/sharing-key', 'io.cilium/lb-ipam-sharing-key'],
];

interface Address {
  readonly ip: string;
  readonly sharing: string | undefined;
  readonly ports: readonly number[];
}

export const oneAddress: PlanRule = {
  name: 'one-address',
  demand: 'an address of a load balancer belongs to one Service, or to several that say so and have other ports each',
  check(plan) {
    const holders = ownedOf(plan, 'Service').flatMap((of) => addressesOf(of).map((has) => ({ of, has })));
    return sharedFaults(holders, (earlier, later) => {
      if (earlier.ip !== later.ip) return undefined;
      const mayShare = later.sharing !== undefined && earlier.sharing === later.sharing;
      const port = later.ports.find((each) => earlier.ports.includes(each));
      if (mayShare && port === undefined) return undefined;
      return `the address ${later.ip}${mayShare ? ` at port ${port}` : ''} (cluster.loadBalancer.annotations)`;
    });
  },
};

function addressesOf({ object }: Owned<'Service'>): Address[] {
  const { spec, metadata } = object;
  if (spec?.type !== 'LoadBalancer') return [];
  const said = (keys: readonly string[]) => keys.flatMap((key) => metadata.annotations?.[key] ?? []);
  const ips = [...(spec.loadBalancerIP ? [spec.loadBalancerIP] : []), ...said(addressKeys)];
  const [sharing] = said(sharingKeys);
  const ports = (spec.ports ?? []).map(({ port }) => port);
  return [...new Set(ips.flatMap((list) => list.split(',').map((ip) => ip.trim())))]
    .filter((ip) => ip !== '')
    .map((ip) => ({ ip, sharing, ports }));
}
