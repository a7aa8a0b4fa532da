import type { DescribedObjects } from '../../components/system/described';
import type { PlannedObject } from '../../components/system/planned-object';
import { isExposedService, servedBy } from '../backends';
import { containersOf, podLabelsOf, podOf } from '../pods';
import type { Rule } from '../rule';

export const boundedSources: Rule = {
  name: 'bounded-sources',
  demand: 'a port of the nodes or of a load balancer says from which networks it may be reached, and not from all',
  check(object, { objects }) {
    if (!isExposedService(object)) return [];
    const { loadBalancerSourceRanges = [], ports = [], type } = object.spec ?? {};
    if (type === 'LoadBalancer' && isBound(loadBalancerSourceRanges)) return [];
    return ports
      .filter(({ port, targetPort = port }) => !boundByPolicy(object, targetPort, objects))
      .map(({ port }) => `may be reached at port ${port} from everywhere, or from nowhere: it names no networks`);
  },
};

/** Whether networks are named, and none of them is everybody. */
function isBound(cidrs: readonly string[]): boolean {
  return cidrs.length > 0 && !cidrs.some(isEverybody);
}

/**
 * Whether a network is as good as everybody, such as 0.0.0.0/0, a half of it, or 2000::/3, which is the internet by IPv6. The
 * largest that anybody has are 10.0.0.0/8 and fc00::/7.
 */
function isEverybody(cidr: string): boolean {
  const [address = '', length] = cidr.split('/');
  return Number(length) < (address.includes(':') ? 7 : 8);
}

/** Whether policies let networks in to a port of all pods behind a Service. */
function boundByPolicy(service: PlannedObject<'Service'>, port: number | string, objects: DescribedObjects): boolean {
  const served = servedBy(service, objects);
  return served.length > 0 && served.every((object) => isBound(networksFor(object, numberOf(object, port), objects)));
}

function networksFor(object: PlannedObject, port: number | undefined, objects: DescribedObjects): string[] {
  const labels = podLabelsOf(object);
  return Object.values(objects).flatMap(({ object: other }) => {
    if (other.kind !== 'NetworkPolicy' || other.metadata.namespace !== object.metadata.namespace) return [];
    const { spec } = other;
    const selector = Object.entries(spec?.podSelector?.matchLabels ?? {});
    if (!selector.every(([key, value]) => labels[key] === value)) return [];
    return (spec?.ingress ?? [])
      .filter(({ ports = [] }) => ports.length === 0 || ports.some((allowed) => allowed.port === port))
      .flatMap(({ from = [] }) => from.flatMap(({ ipBlock }) => ipBlock?.cidr ?? []));
  });
}

/** A port of a pod that a Service may name by its name. */
function numberOf(object: PlannedObject, port: number | string): number | undefined {
  if (typeof port === 'number') return port;
  const pod = podOf(object);
  const ports = pod ? containersOf(pod).flatMap((container) => container.ports ?? []) : [];
  return ports.find(({ name }) => name === port)?.containerPort;
}
