import type { IContainer, IPodSpec, IVolume } from 'kubernetes-models/v1';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
import { rolloutDeadlines } from '../objects/pod';
import { type CommandCheck, execProbes, type HttpProbesArgs, httpProbes } from '../objects/probes';
import { clusterIpService, type ServicePort } from '../objects/service';
import { type AuthSidecar, noSidecar } from './auth-sidecar';
import { withoutLineBreaks } from './line-breaks';
import { type Replicas, type ScaledWorkload, scaledWorkload, scaledWorkloadObjects, spreadOf } from './scaled-workload';

/** Ports for requests and for health; both may be one. */
export interface ServerPorts {
  readonly requests: number;
  readonly health: number;
}

export interface AppServerArgs extends Replicas {
  /** Name of the Deployment, of the Service and of the server's container. */
  readonly name: string;
  readonly metadata: (name: string) => ObjectMeta;
  /** Labels by which Deployment and Service know the pods. */
  readonly selector: Readonly<Record<string, string>>;
  /** Labels of the pods, those of the selector among them. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Annotations of the pods, besides those of the sidecar. @default none */
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** The server's own container; name, ports and probes are made here. */
  readonly container: Omit<IContainer, 'name' | 'ports' | keyof ReturnType<typeof httpProbes>> & {
    readonly image: string;
  };
  /** Name of the container's port for requests. @default http */
  readonly portName?: string;
  /** Ports that the server itself listens on. */
  readonly ports: ServerPorts;
  /**
   * Ports of the pod that the Service leads to and the kubelet asks: the proxy's where it alone may be talked to.
   * @default the server's own
   */
  readonly reached?: ServerPorts;
  /**
   * A command says whether a server runs that must not be restarted for what it waits for; its start is over when the
   * command succeeds, ready or not.
   */
  readonly checks: Pick<HttpProbesArgs, 'ready'> & { readonly alive?: HttpProbesArgs['alive'] | CommandCheck };
  /** Time that the server may take to start, in seconds. */
  readonly startupBudgetSeconds: number;
  /** Time that the init containers may take before it starts, in seconds. @default 0 */
  readonly beforeStartSeconds?: number;
  /** Whether each client stays on its pod. @default false */
  readonly sticky?: boolean;
  /** Name of the autoscaler. @default the server's, and -hpa */
  readonly autoscalerName?: string;
  /** @default recreate: there may be a volume that only one node mounts */
  readonly rollout?: 'recreate' | 'rolling';
  readonly sidecar?: AuthSidecar;
  /** Makes the pod of these parts; the rest is the system's to say. */
  readonly pod: (parts: PodParts) => IPodSpec;
  /** Containers that talk to servers of others, see `Described.reachesOut`. @default none */
  readonly reachesOut?: readonly string[];
  /** Keys of the objects that the pods need, all of which are in the plan. */
  readonly after: readonly string[];
  /** Why images carry no digest on a production stack. */
  readonly imageUnpinnedReason?: string | undefined;
}

/** What an app server gives to its pod. */
export interface PodParts {
  readonly containers: IContainer[];
  readonly volumes: IVolume[];
  /** Where the pods of a server with several replicas should run; empty for one pod. */
  readonly spread: Pick<IPodSpec, 'topologySpreadConstraints'>;
}

export interface AppServer extends ScaledWorkload {
  readonly service: Described<'Service'>;
}

/** A server that answers requests: its pods, what leads to them, and what scales them. */
export function appServer(args: AppServerArgs): AppServer {
  const { metadata, name, selector, sidecar = noSidecar } = args;
  const deadlines = rolloutDeadlines(args.startupBudgetSeconds);
  const pod = args.pod({
    containers: [container(args, deadlines.startup), ...sidecar.containers],
    volumes: [...sidecar.volumes],
    spread: spreadOf(args),
  });
  return {
    ...scaledWorkload({
      ...args,
      podAnnotations: { ...args.podAnnotations, ...sidecar.annotations },
      rollout: args.rollout ?? 'recreate',
      progressSeconds: deadlines.progress + (args.beforeStartSeconds ?? 0),
      pod,
    }),
    service: clusterIpService({
      metadata: metadata(name),
      selector,
      ports: servicePorts(args),
      sticky: args.sticky ?? false,
    }),
  };
}

/** The objects of a server under keys made of its name. */
export function appServerObjects(name: string, server: AppServer): Record<string, Described> {
  return { [`${name}-service`]: server.service, ...scaledWorkloadObjects(name, server) };
}

function container(args: AppServerArgs, startupSeconds: number): IContainer {
  const { checks, ports, portName = 'http', reached = ports } = args;
  const {
    image,
    command,
    args: words,
    workingDir,
    env,
    resources,
    volumeMounts,
    ...rest
  } = withoutLineBreaks(args.container);
  const own = [
    { name: portName, containerPort: ports.requests },
    ...(ports.health === ports.requests ? [] : [{ name: 'health', containerPort: ports.health }]),
  ];
  return {
    name: args.name,
    image,
    ...(command ? { command } : {}),
    ...(words ? { args: words } : {}),
    ...(workingDir ? { workingDir } : {}),
    ...(env ? { env } : {}),
    // Where requests go to the proxy, the server listens to it alone.
    ...(reached.requests === ports.requests ? { ports: own } : {}),
    ...probesOf(checks, reached.health, startupSeconds),
    ...(resources ? { resources } : {}),
    ...(volumeMounts ? { volumeMounts } : {}),
    ...rest,
  };
}

function probesOf({ alive, ready }: AppServerArgs['checks'], port: number, startupSeconds: number) {
  if (alive === undefined || !('command' in alive)) {
    return httpProbes({ ready, port, startupSeconds, ...(alive ? { alive } : {}) });
  }
  const { readinessProbe } = httpProbes({ ready, port, startupSeconds });
  return { ...execProbes({ ready: alive, alive, startupSeconds }), readinessProbe };
}

/** The Service has the server's own ports, and those of the proxy behind them. */
function servicePorts({ ports, reached = ports }: AppServerArgs): ServicePort[] {
  const apart = reached.health !== reached.requests;
  const health = ports.health === ports.requests ? reached.health : ports.health;
  return [
    { name: 'http', port: ports.requests, targetPort: reached.requests, appProtocol: 'http' },
    ...(apart ? [{ name: 'health', port: health, targetPort: reached.health }] : []),
  ];
}
