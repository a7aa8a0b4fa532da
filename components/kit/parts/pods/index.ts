import type { IContainer, IPodSpec, IToleration } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../../../config/cluster';
import type { PodsSettings } from '../../../../config/cluster/pods';
import type { SystemPlan } from '../../../system';
import type { Described } from '../../../system/described';
import type { Labels } from '../../../system/flow';
import type { BackupFacts, Operations } from '../../../system/operations';
import { ownLabel } from '../../objects/labels';
import { labelsOfPods, type PodTemplate, templateOf, withTemplate } from '../../objects/pod-template';
import { broughtOutside } from './brought';
import { adaptedContainer, withoutUser } from './container';
import { memberMarks, outsiderMarks } from './mesh';
import { mirrored } from './mirror';
import { authorityVolume, reachedDirectly, reachingOut } from './outside';
import { type NodeNeeds, needsOf, onArchitectures, ownNeeds, unique } from './placement';
import { rangeIn, withRange } from './range';
import { checkReachesOut, leaving } from './traffic';

/**
 * A plan whose every pod has what its platform asks for (`cluster.pods`, and a system's own block over it): those of
 * workloads and Jobs, and those that a command starts. The only place where it is given, so that no pod goes without.
 */
export function withPods<P extends SystemPlan>(plan: P, cluster: ClusterFacts): P {
  checkReachesOut(plan);
  const { pods } = cluster;
  const direct = reachedDirectly(plan, cluster);
  const templates = Object.values(plan.objects).flatMap(({ object }) => templateOf(object) ?? []);
  const range = rangeIn(plan.objects);
  const jobs = new Map<string, string>();
  const objects = Object.entries(plan.objects).map(([key, described]): [string, Described] => {
    const template = templateOf(described.object);
    if (!template) return [key, described];
    const needs = needsOf(template, templates, plan.architectures ?? {});
    const reaching = withOutside(template, described.reachesOut ?? [], pods, direct);
    const object = withTemplate(described.object, withRange(adaptedTemplate(reaching, pods, needs), range));
    if (object.kind === 'Job') jobs.set(described.object.metadata.name, object.metadata.name);
    return [key, { ...described, object, ...awaitedWith(described, pods) }];
  });
  return {
    ...plan,
    pods,
    objects: Object.fromEntries(objects),
    flows: leaving(plan.flows, ourLabel(templates), cluster),
    operations: adaptedOperations(plan, pods, jobs),
  };
}

/** A client that finds no authorities may end at once: nobody can wait for it before somebody has brought them. */
function awaitedWith({ reachesOut = [] }: Described, { certificateAuthority }: PodsSettings): Partial<Described> {
  return certificateAuthority && reachesOut.length > 0 ? { awaited: false } : {};
}

/** A template whose named containers find the proxy and the authorities to trust. */
function withOutside(
  template: PodTemplate,
  names: readonly string[],
  pods: PodsSettings,
  direct: readonly string[],
): PodTemplate {
  const { spec } = template;
  if (!spec || names.length === 0) return template;
  const reached = (container: IContainer) =>
    names.includes(container.name) ? reachingOut(container, pods, direct) : container;
  const volumes = authorityVolume(pods);
  return {
    ...template,
    spec: {
      ...spec,
      ...(spec.initContainers ? { initContainers: spec.initContainers.map(reached) } : {}),
      containers: spec.containers.map(reached),
      ...(volumes.length > 0 ? { volumes: [...(spec.volumes ?? []), ...volumes] } : {}),
    },
  };
}

function ourLabel([template]: readonly PodTemplate[]): Labels {
  return ownLabel({ labels: template ? labelsOfPods(template) : {} });
}

function adaptedTemplate(template: PodTemplate, pods: PodsSettings, needs: NodeNeeds): PodTemplate {
  const { metadata, spec } = template;
  const labels = { ...memberMarks(pods).labels, ...pods.labels };
  const annotations = { ...memberMarks(pods).annotations, ...pods.annotations };
  return {
    ...template,
    metadata: {
      ...metadata,
      // Ours win: everything that belongs to a pod finds it by them.
      ...(isEmpty(labels) ? {} : { labels: { ...labels, ...metadata?.labels } }),
      ...(isEmpty(annotations) ? {} : { annotations: { ...annotations, ...metadata?.annotations } }),
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
    ...(isEmpty(nodeSelector) ? {} : { nodeSelector }),
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
function adaptedOperations(plan: SystemPlan, pods: PodsSettings, jobs: ReadonlyMap<string, string>): Operations {
  const { architectures = {}, operations } = plan;
  const brought = [...(operations.brought ?? []), ...broughtOutside(plan, pods)];
  const pulled = <S extends { readonly image: string }>(server: S): S => ({
    ...server,
    image: mirrored(server.image, pods),
  });
  const backup = (facts: BackupFacts): BackupFacts => {
    if (facts.kind !== 'git') return facts;
    const { pod } = facts.drill;
    const outside = outsiderMarks(pods);
    const labels = { ...pods.labels, ...outside.labels };
    const annotations = { ...pods.annotations, ...outside.annotations };
    const adapted = adaptedPod(pod, pods, ownNeeds(pod, architectures));
    return { ...facts, drill: { ...facts.drill, pod: adapted, metadata: { labels, annotations } } };
  };
  return {
    ...operations,
    servers: operations.servers.map(pulled),
    backups: operations.backups.map(backup),
    ...(brought.length > 0 ? { brought } : {}),
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

function isEmpty(map: object): boolean {
  return Object.keys(map).length === 0;
}
