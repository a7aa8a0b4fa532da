import type { IService } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
import { shortHash } from './content-hash';

const hashLength = 10;

/** A port of a Service that is reached from outside of the cluster. */
export interface ExposedPort {
  readonly name: string;
  readonly port: number;
  /** Port of the pod. */
  readonly targetPort: number;
  /** Port of every node, of those that the cluster sets aside for it. @default the cluster chooses */
  readonly nodePort?: number;
}

interface ExposedServiceArgs {
  readonly metadata: ObjectMeta;
  /** Labels of the pods. */
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly ExposedPort[];
}

/**
 * Opens a port on every node that runs a pod. Nothing in the Service says who may come in: that is for a network policy
 * with these addresses (peer `addresses`) to say.
 */
export function nodePortService(args: ExposedServiceArgs): Described<'Service'> {
  return exposed(args, { type: 'NodePort' });
}

/**
 * An address of its own from whoever gives out addresses on the cluster. The name of the Service ends with the hash of the
 * class where there is one: nobody may change the class of a Service, so another one makes a new Service, with an address
 * of its own, and then the old one goes.
 *
 * @param sourceRanges networks that may reach it. Not every load balancer heeds them; a network policy does anyway.
 */
export function loadBalancerService(
  args: ExposedServiceArgs,
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
  return exposed(
    { ...args, metadata },
    {
      type: 'LoadBalancer',
      ...(className ? { loadBalancerClass: className } : {}),
      loadBalancerSourceRanges: [...sourceRanges],
    },
  );
}

function exposed(
  { metadata, ports, selector }: ExposedServiceArgs,
  kind: NonNullable<IService['spec']>,
): Described<'Service'> {
  return {
    object: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        ...kind,
        selector: { ...selector },
        // Elsewhere the node's address takes the place of the client's, by which the network policy knows it.
        externalTrafficPolicy: 'Local',
        // By the client's address: sessions of MCP live in the memory of one pod.
        sessionAffinity: 'ClientIP',
        ports: ports.map(({ name, nodePort, port, targetPort }) => ({
          name,
          port,
          targetPort,
          protocol: 'TCP' as const,
          ...(nodePort === undefined ? {} : { nodePort }),
        })),
      },
    },
  };
}
