import type { ClusterFacts } from '../../../../config/cluster';
import type { SystemPlan } from '../../../system';
import type { Flow, Labels } from '../../../system/flow';
import { labelsOfPods, templateOf } from '../../objects/pod-template';
import { withMesh } from './mesh';
import { throughProxy } from './proxy';

/**
 * Traffic as it leaves and enters the pods of a system once they have what `cluster.pods` gives them: by the proxy, and
 * with that of the sidecars. Policies are made of it, and the plan tells of it.
 *
 * @param ours labels that all its pods have
 */
export function leaving(flows: readonly Flow[], ours: Labels, cluster: ClusterFacts): Flow[] {
  return withMesh(throughProxy(flows, cluster), ours, cluster);
}

/**
 * Holds the flows of a plan against its pods: those that talk to hosts outside say with which containers.
 *
 * @throws Error where one does not, or a container is named that is not there
 */
export function checkReachesOut({ flows, id, objects }: SystemPlan): void {
  const described = Object.entries(objects).flatMap(([key, { object, reachesOut = [] }]) => {
    const template = templateOf(object);
    return template ? [{ key, template, reachesOut }] : [];
  });
  for (const { key, reachesOut, template } of described) {
    const { containers = [], initContainers = [] } = template.spec ?? {};
    const strange = reachesOut.find((name) => ![...initContainers, ...containers].some((each) => each.name === name));
    if (strange !== undefined) throw new Error(`${key} of ${id} has no container ${strange} that could reach out`);
  }
  for (const flow of flows.filter(({ direction, peer }) => direction === 'out' && peer.kind === 'hosts')) {
    const pods = described.filter(({ template }) => has(labelsOfPods(template), flow.pods));
    const silent = pods.filter(({ reachesOut }) => reachesOut.length === 0);
    // Past a proxy go clients too that know neither it nor authorities, such as those of a database.
    if (silent.length > 0 && (!flow.direct || silent.length === pods.length)) {
      throw new Error(
        `flow ${flow.name} of ${id} leads to hosts, and no container of ${silent[0]?.key} says that it reaches out`,
      );
    }
  }
}

function has(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}
