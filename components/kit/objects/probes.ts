import type { IContainer, IProbe } from 'kubernetes-models/v1';

/** A path that the kubelet asks, and how patient it is. */
export interface Check extends Pick<IProbe, 'periodSeconds' | 'failureThreshold' | 'timeoutSeconds'> {
  readonly path: string;
}

export interface HttpProbesArgs {
  /** Port of the pod that answers. */
  readonly port: number;
  /** Time that a start may take before the container is restarted, in seconds; it is asked every two. */
  readonly startupSeconds: number;
  /** Whether it may get requests. @default every 10 s, 3 failures, 3 s for an answer */
  readonly ready: Check;
  /** Whether it must be restarted. @default the path of `ready`, every 30 s, 3 failures, 5 s for an answer */
  readonly alive?: Partial<Check>;
}

type Probes = Required<Pick<IContainer, 'startupProbe' | 'readinessProbe' | 'livenessProbe'>>;

/** A command that the kubelet runs in the container, and how patient it is. */
export interface CommandCheck extends Omit<Check, 'path'> {
  readonly command: readonly string[];
}

export interface ExecProbesArgs extends Pick<HttpProbesArgs, 'startupSeconds'> {
  /** Whether it may get requests. @default every 10 s, 3 failures, 3 s for an answer */
  readonly ready: CommandCheck;
  /** Whether it must be restarted. @default the command of `ready`, every 30 s, 3 failures, 5 s for an answer */
  readonly alive?: Partial<CommandCheck>;
}

/** What tells the kubelet how a server is. A start counts as over when it is ready for the first time. */
export function httpProbes({ alive = {}, port, ready, startupSeconds }: HttpProbesArgs): Probes {
  const asks = (path: string): IProbe => ({ httpGet: { path, port } });
  const { path, ...readiness } = ready;
  const { path: alivePath = path, ...liveness } = alive;
  return probes(startupSeconds, { ...asks(path), ...readiness }, { ...asks(alivePath), ...liveness }, asks(path));
}

/** As {@link httpProbes}, of a server that only its own client can ask. */
export function execProbes({ alive = {}, ready, startupSeconds }: ExecProbesArgs): Probes {
  const runs = (command: readonly string[]): IProbe => ({ exec: { command: [...command] } });
  const { command, ...readiness } = ready;
  const { command: aliveCommand = command, ...liveness } = alive;
  const { timeoutSeconds = 3 } = readiness;
  const startup = { ...runs(command), timeoutSeconds };
  return probes(startupSeconds, { ...runs(command), ...readiness }, { ...runs(aliveCommand), ...liveness }, startup);
}

/** How often a server that starts is asked, in seconds. */
const startupPeriod = 2;

function probes(startupSeconds: number, readiness: IProbe, liveness: IProbe, startup: IProbe): Probes {
  return {
    // What has started gets requests with the next question: this long is the gap that every restart leaves at least.
    startupProbe: {
      ...startup,
      periodSeconds: startupPeriod,
      failureThreshold: Math.ceil(startupSeconds / startupPeriod),
    },
    readinessProbe: { periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 3, ...readiness },
    livenessProbe: { periodSeconds: 30, failureThreshold: 3, timeoutSeconds: 5, ...liveness },
  };
}
