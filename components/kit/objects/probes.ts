import type { IContainer, IProbe } from 'kubernetes-models/v1';

/** A path that the kubelet asks, and how patient it is. */
export interface Check extends Pick<IProbe, 'periodSeconds' | 'failureThreshold' | 'timeoutSeconds'> {
  readonly path: string;
}

export interface HttpProbesArgs {
  /** Port of the pod that answers. */
  readonly port: number;
  /** Time that a start may take before the container is restarted, in seconds; it is asked every five. */
  readonly startupSeconds: number;
  /** Whether it may get requests. @default every 10 s, 3 failures, 3 s for an answer */
  readonly ready: Check;
  /** Whether it must be restarted. @default the path of `ready`, every 30 s, 3 failures, 5 s for an answer */
  readonly alive?: Partial<Check>;
}

type Probes = Required<Pick<IContainer, 'startupProbe' | 'readinessProbe' | 'livenessProbe'>>;

/** What tells the kubelet how a server is. A start counts as over when it is ready for the first time. */
export function httpProbes({ alive = {}, port, ready, startupSeconds }: HttpProbesArgs): Probes {
  const asks = (path: string): IProbe => ({ httpGet: { path, port } });
  const { path, ...readiness } = ready;
  const { path: alivePath = path, ...liveness } = alive;
  return {
    startupProbe: { ...asks(path), periodSeconds: 5, failureThreshold: Math.ceil(startupSeconds / 5) },
    readinessProbe: { ...asks(path), periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 3, ...readiness },
    livenessProbe: { ...asks(alivePath), periodSeconds: 30, failureThreshold: 3, timeoutSeconds: 5, ...liveness },
  };
}
