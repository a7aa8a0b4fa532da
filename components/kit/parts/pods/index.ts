import type { IPodSpec, IToleration } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../../../config/cluster';
import type { PodsSettings } from '../../../../config/cluster/pods';
import type { SystemPlan } from '../../../system';
import type { Described } from '../../../system/described';
import type { BackupFacts, Operations } from '../../../system/operations';
import { type PodTemplate, templateOf, withTemplate } from '../../objects/pod-template';
import { adaptedContainer, withoutUser } from './container';
import { mirrored } from './mirror';
import { type NodeNeeds, needsOf, onArchitectures, ownNeeds, unique } from './placement';

/**
 * A plan whose every pod has what its platform asks for (`cluster.pods`, and a system's own block over it): those of
 * workloads and Jobs, and those that a command starts. The only place where it is given, so that no pod goes without.
 */
export function withPods<P extends SystemPlan>(plan: P, { pods }: ClusterFacts): P {
  const templates = Object.values(plan.objects).flatMap(({ object }) => templateOf(object) ?? []);
  const jobs = new Map<string, string>();
  const objects = Object.entries(plan.objects).map(([key, described]): [string, Described] => {
    const template = templateOf(described.object);
    if (!template) return [key, described];
    const needs = needsOf(template, templates, plan.architectures ?? {});
    const object = withTemplate(described.object, adaptedTemplate(template, pods, needs));
    if (object.kind === 'Job') jobs.set(described.object.metadata.name, object.metadata.name);
    return [key, { ...described, object }];
  });
  return {
    ...plan,
    pods,
    objects: Object.fromEntries(objects),
    operations: adaptedOperations(plan, pods, jobs),
  };
}

function adaptedTemplate(template: PodTemplate, pods: PodsSettings, needs: NodeNeeds): PodTemplate {
  const { metadata, spec } = template;
  return {
    ...template,
    metadata: {
      ...metadata,
      // Ours win: everything that belongs to a pod finds it by them.
      ...(pods.labels ? { labels: { ...pods.labels, ...metadata?.labels } } : {}),
      ...(pods.annotations ? { annotations: { ...pods.annotations, ...metadata?.annotations } } : {}),
    },
    ...(spec ? { spec: adaptedPod(spec, pods, needs) } : {}),
  };
}

function adaptedPod(spec: IPodSpec, pods: PodsSettings, needs: NodeNeeds): IPodSpec {
  const pullSecrets = unique([
    ...(spec.imagePullSecrets ?? []),
    ...(pods.imagePullSecrets ?? []).map((name) => ({ name })),
  ]);
  const nodeSelector = { ...pods.nodeSelector, ...needs.nodeSelector };
  const tolerations = unique([...needs.tolerations, ...((pods.tolerations ?? []) as IToleration[])]);
  const { priorityClassName } = pods;
  return {
    ...spec,
    ...(pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets } : {}),
    ...(Object.keys(nodeSelector).length > 0 ? { nodeSelector } : {}),
    ...(tolerations.length > 0 ? { tolerations } : {}),
    ...(needs.architectures ? { affinity: onArchitectures(spec.affinity, needs.architectures) } : {}),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    ...(pods.runAsUser === 'platform' && spec.securityContext
      ? { securityContext: withoutUser(spec.securityContext) }
      : {}),
    ...(spec.initContainers
      ? { initContainers: spec.initContainers.map((container) => adaptedContainer(container, pods)) }
      : {}),
    containers: spec.containers.map((container) => adaptedContainer(container, pods)),
  };
}

/** What commands know of pods: images as they are pulled, Jobs by the names that they have now, pods that they start. */
function adaptedOperations(
  { architectures = {}, operations }: SystemPlan,
  pods: PodsSettings,
  jobs: ReadonlyMap<string, string>,
): Operations {
  const [main, ...others] = operations.servers;
  const pulled = <S extends { readonly image: string }>(server: S): S => ({
    ...server,
    image: mirrored(server.image, pods),
  });
  const backup = (facts: BackupFacts): BackupFacts => {
    if (facts.kind !== 'git') return facts;
    const { pod } = facts.drill;
    const { annotations = {}, labels = {} } = pods;
    const adapted = adaptedPod(pod, pods, ownNeeds(pod, architectures));
    return { ...facts, drill: { ...facts.drill, pod: adapted, metadata: { labels, annotations } } };
  };
  return {
    ...operations,
    servers: [pulled(main), ...others.map(pulled)],
    backups: operations.backups.map(backup),
    ...(operations.repositories
      ? {
          repositories: operations.repositories.map((repository) => ({
            ...repository,
            ...(repository.job === undefined ? {} : { job: jobs.get(repository.job) ?? repository.job }),
          })),
        }
      : {}),
  };
}
