import { builtInNamespaces, namespacesOfFacts } from '../../components/kit/settings/namespace';
import type { Plan, SystemPlan } from '../../components/system';
import { keyOfOwned, nameOf, type Owned, ownedOf, type PlanFault, type PlanRule } from '../plan-rule';

export const ownNamespaces: PlanRule = {
  name: 'own-namespaces',
  demand: 'a namespace that a system makes is its own alone: it is closed for everybody who lives there',
  check(plan) {
    const made = ownedOf(plan, 'Namespace');
    const makes = (system: SystemPlan) => made.some((owned) => owned.object.metadata.name === system.namespace);
    return [
      ...made.flatMap((owned) => othersIn(owned, plan).map((why) => faultOf(owned, why))),
      ...plan.systems
        .filter((system) => builtInNamespaces.includes(system.namespace) && !makes(system))
        .map((system) => ({
          object: system.path.join('.'),
          fault: `lives in ${system.namespace}, which is the cluster's own`,
        })),
    ];
  },
};

function faultOf(owned: Owned<'Namespace'>, why: string): PlanFault {
  return { object: nameOf(owned), fault: `${why}: see ${keyOfOwned(owned)}` };
}

/** Who else lives in a namespace, by all that a plan tells. */
function othersIn({ object, system }: Owned<'Namespace'>, plan: Plan): string[] {
  const { name } = object.metadata;
  const fact = namespacesOfFacts(plan.cluster).get(name);
  const flow = system.flows.find(({ peer }) => peer.kind === 'pods' && peer.namespace === name);
  return [
    ...(builtInNamespaces.includes(name) ? ["is one of the cluster's own"] : []),
    ...(fact === undefined ? [] : [`is the one of ${fact}`]),
    // Pods of one's own are known without naming their namespace.
    ...(flow === undefined ? [] : [`is that of others (${flow.purpose})`]),
    ...plan.systems
      .filter((other) => other !== system && other.namespace === name)
      .filter((other) => !Object.values(other.objects).some((each) => each.object.kind === 'Namespace'))
      .map((other) => `is where ${other.path.join('.')} lives too, whose pods it would close off`),
  ];
}
