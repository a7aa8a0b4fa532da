import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../config/cluster';
import { containersOf, podOf } from '../pods';
import type { Rule } from '../rule';

/** A rule about pods: what is wrong with the pod itself, and with each of its containers. */
function podRule(
  name: string,
  demand: string,
  ofPod: (pod: IPodSpec, cluster: ClusterFacts) => string[],
  ofContainer: (container: IContainer, pod: IPodSpec) => string[] = () => [],
): Rule {
  return {
    name,
    demand,
    check(object, { cluster }) {
      const pod = podOf(object);
      if (!pod) return [];
      const inContainers = containersOf(pod).flatMap((container) =>
        ofContainer(container, pod).map((fault) => `container ${container.name} ${fault}`),
      );
      return [...ofPod(pod, cluster), ...inContainers];
    },
  };
}

const unless = (holds: boolean | undefined, fault: string): string[] => (holds ? [] : [fault]);

export const unmountedTokens = podRule(
  'unmounted-tokens',
  'no service-account token is mounted unless the workload calls the Kubernetes API',
  (pod) => unless(pod.automountServiceAccountToken === false, 'mounts a service-account token'),
);

function explicitUser({ securityContext: context }: IPodSpec): string[] {
  return [
    ...unless((context?.runAsUser ?? 0) > 0, 'names no user id'),
    ...unless((context?.runAsGroup ?? 0) > 0, 'names no group id'),
    ...unless((context?.fsGroup ?? 0) > 0, 'names no group for its volumes'),
  ];
}

/** Whether a pod or any of its containers says as whom it runs, which a platform that does so itself refuses. */
function namesUser(pod: IPodSpec): boolean {
  const contexts = [pod, ...containersOf(pod)].map(({ securityContext }) => securityContext ?? {});
  return contexts.some((context) => ['runAsUser', 'runAsGroup', 'fsGroup'].some((field) => field in context));
}

export const restrictedPods = podRule(
  'restricted-pods',
  'pods run as an explicit non-root user, or as one that the platform gives, with seccomp, no capabilities and a read-only root file system',
  (pod, { pods }) => {
    const context = pod.securityContext;
    return [
      ...unless(context?.runAsNonRoot, 'may run as root'),
      ...(pods.runAsUser === 'platform' ? unless(!namesUser(pod), 'names a user id') : explicitUser(pod)),
      ...unless(context?.seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile'),
      ...unless(!pod.hostNetwork && !pod.hostPID && !pod.hostIPC, 'shares a namespace of its node'),
      ...(pod.volumes ?? []).flatMap((volume) =>
        unless(!volume.hostPath, `mounts a path of its node as ${volume.name}`),
      ),
    ];
  },
  ({ securityContext: context }) => [
    ...unless(context?.allowPrivilegeEscalation === false && !context.privileged, 'may gain privileges'),
    ...unless(context?.readOnlyRootFilesystem, 'can write its root file system'),
    ...unless(context?.capabilities?.drop?.includes('ALL') && !context.capabilities.add?.length, 'keeps capabilities'),
    ...unless(context?.runAsUser === undefined || context.runAsUser > 0, 'runs as root'),
  ],
);

export const sizedContainers = podRule(
  'sized-containers',
  'every container requests CPU and memory and has a memory limit',
  () => [],
  ({ resources }) => [
    ...unless(resources?.requests?.cpu !== undefined, 'requests no CPU'),
    ...unless(resources?.requests?.memory !== undefined, 'requests no memory'),
    ...unless(resources?.limits?.memory !== undefined, 'has no memory limit'),
  ],
);

export const probedServers = podRule(
  'probed-servers',
  'a container that listens has a startup, a readiness and a liveness probe',
  () => [],
  (container, pod) => {
    const listens = (container.ports ?? []).length > 0 && pod.containers.includes(container);
    const missing = (['startupProbe', 'readinessProbe', 'livenessProbe'] as const).filter((probe) => !container[probe]);
    return listens && missing.length > 0 ? [`has no ${missing.join(', ')}`] : [];
  },
);
