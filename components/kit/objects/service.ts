import type { IService } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
import { shortHash } from './content-hash';

/** A TCP port of a Service. */
export interface ServicePort {
  readonly name: string;
  readonly port: number;
  /** Port of the pod. */
  readonly targetPort: number;
  /** What is spoken there, for those who look at it on the way. @default nothing is said */
  readonly appProtocol?: 'http' | 'kubernetes.io/h2c';
}

/** A port of a Service that is reached from outside of the cluster. */
export interface ExposedPort extends ServicePort {
  /** Port of every node, of those that the cluster sets aside for it. @default the cluster chooses */
  readonly nodePort?: number;
}

interface ServiceArgs<P extends ServicePort = ServicePort> {
  readonly metadata: ObjectMeta;
  /** Labels of the pods. */
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly P[];
}

export interface ClusterIpArgs extends ServiceArgs {
  /**
   * Whether each client stays on its pod, for three hours after its last request: sessions of MCP live in the memory of
   * one pod, and those of a stream of events get their answers nowhere else.
   * @default false
   */
  readonly sticky?: boolean;
}

/** An address within the cluster. */
export function clusterIpService(args: ClusterIpArgs): Described<'Service'> {
  const affinity: Pick<ServiceSpec, 'sessionAffinity' | 'sessionAffinityConfig'> = {
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
  };
  return service(args, { type: 'ClusterIP' }, args.sticky ? affinity : {});
}

/** No address, but names for the pods of a StatefulSet, also while they are not ready. */
export function headlessService(args: ServiceArgs): Described<'Service'> {
  return service(args, { clusterIP: 'None', publishNotReadyAddresses: true });
}

/**
 * Opens a port on every node that runs a pod. Nothing in the Service says who may come in: that is for a network policy
 * with these addresses (peer `addresses`) to say.
 */
export function nodePortService(args: ServiceArgs<ExposedPort>): Described<'Service'> {
  return service(args, { type: 'NodePort' }, fromOutside);
}

const hashLength = 10;

/**
 * An address of its own from whoever gives out addresses on the cluster. The name of the Service ends with the hash of the
 * class where there is one: nobody may change the class of a Service, so another one makes a new Service, with an address
 * of its own, and then the old one goes.
 *
 * @param sourceRanges networks that may reach it. Not every load balancer heeds them; a network policy does anyway.
 */
export function loadBalancerService(
  args: ServiceArgs<ExposedPort>,
  sourceRanges: readonly string[],
  { loadBalancer }: ClusterFacts,
): Described<'Service'> {
  const { className } = loadBalancer;
  const annotations = { ...args.metadata.annotations, ...loadBalancer.annotations };
  const metadata: ObjectMeta = {
    ...args.metadata,
    name: className ? `${args.metadata.name}-${shortHash(className, hashLength)}` : args.metadata.name,
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
  const kind: ServiceSpec = {
    type: 'LoadBalancer',
    ...(className ? { loadBalancerClass: className } : {}),
    loadBalancerSourceRanges: [...sourceRanges],
  };
  return service({ ...args, metadata }, kind, fromOutside);
}

type ServiceSpec = NonNullable<IService['spec']>;

const fromOutside: ServiceSpec = {
  // Elsewhere the node's address takes the place of the client's, by which the network policy knows it.
  externalTrafficPolicy: 'Local',
  // By the client's address: sessions of MCP live in the memory of one pod.
  sessionAffinity: 'ClientIP',
};

function service(
  { metadata, ports, selector }: ServiceArgs<ExposedPort>,
  kind: ServiceSpec,
  affinity: ServiceSpec = {},
): Described<'Service'> {
  return {
    object: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        ...kind,
        selector: { ...selector },
        ...affinity,
        ports: ports.map(({ appProtocol, name, nodePort, port, targetPort }) => ({
          name,
          port,
          targetPort,
          protocol: 'TCP' as const,
          ...(appProtocol === undefined ? {} : { appProtocol }),
          ...(nodePort === undefined ? {} : { nodePort }),
        })),
      },
    },
  };
}
