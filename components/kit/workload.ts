import type { IContainer, IPodSpec, IResourceRequirements } from 'kubernetes-models/v1';

/** The numeric identity of every process of a pod; the volume's group is the same. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/**
 * A pod that meets the Pod Security level `restricted` and a little more: read-only root file systems, no
 * service-account token, no environment made from the Services of the namespace. What `spec` says itself wins, except
 * that no security context can be weakened: a container may only add a user of its own.
 */
export function hardenedPod(runAs: RunAs, spec: IPodSpec): IPodSpec {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...spec,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: runAs.uid,
      runAsGroup: runAs.gid,
      fsGroup: runAs.gid,
      // A volume of many small files is chowned once, not at every start.
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: spec.containers.map(hardenedContainer),
    ...(spec.initContainers ? { initContainers: spec.initContainers.map(hardenedContainer) } : {}),
  };
}

function hardenedContainer(container: IContainer): IContainer {
  return {
    terminationMessagePolicy: 'FallbackToLogsOnError',
    ...container,
    securityContext: {
      ...container.securityContext,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
}

/** Requests and limits as an operator sets them, see `resources` in config/fields.ts. */
export interface Sizing {
  readonly cpu: string;
  readonly memory: string;
  readonly cpuLimit?: string | undefined;
  readonly memoryLimit: string;
}

export function resourceRequirements(sizing: Sizing): IResourceRequirements {
  return {
    requests: { cpu: sizing.cpu, memory: sizing.memory },
    limits: { ...(sizing.cpuLimit ? { cpu: sizing.cpuLimit } : {}), memory: sizing.memoryLimit },
  };
}

/** Deadlines of a rollout, in seconds, in the only order that makes sense: each later one leaves the earlier its time. */
export interface RolloutDeadlines {
  /** Time that a start may take before the kubelet restarts the container. */
  readonly startup: number;
  /** Time after which Kubernetes calls a rollout failed. */
  readonly progress: number;
}

/** Derives the deadlines of a rollout from the time a start may take, so that they cannot contradict each other. */
export function rolloutDeadlines(startupBudgetSeconds: number): RolloutDeadlines {
  // Scheduling, attaching the volume and pulling the image happen before the first probe.
  return { startup: startupBudgetSeconds, progress: startupBudgetSeconds + 300 };
}
