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

/** Spreads the pods with these labels over the nodes, as far as there are nodes to spread over. */
export function spreadOverNodes(labels: Readonly<Record<string, string>>): Pick<IPodSpec, 'topologySpreadConstraints'> {
  return {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: labels },
      },
    ],
  };
}

/**
 * Keeps all pods with these labels on one node, so that they can share a volume that only one node mounts. The labels must
 * be the pod's own too: the first pod then goes anywhere, because it matches itself, and every other follows it.
 */
export function onOneNode(labels: Readonly<Record<string, string>>): Pick<IPodSpec, 'affinity'> {
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } };
  return { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
}

/** The Secrets by which images are pulled from a registry that asks for a login; none where there are none. */
export function pullSecrets(names: readonly string[]): Pick<IPodSpec, 'imagePullSecrets'> {
  return names.length > 0 ? { imagePullSecrets: names.map((name) => ({ name })) } : {};
}

/** The images of a pod, those of its init containers among them. */
export function imagesOf({ containers, initContainers = [] }: IPodSpec): string[] {
  return [...initContainers, ...containers].map(({ image = '' }) => image);
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
