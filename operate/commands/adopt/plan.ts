import { registeredObjects } from '../../../components/kit/parts/registered-objects';
import { fieldManager } from '../../../components/register/written';
import { inParallel } from '../../base/in-parallel';
import { kindsOf } from '../../cluster/kinds';
import type { StackCluster } from '../../cluster/stack-cluster';
import type { Finding } from '../../report/report';
import type { DescribedStack } from '../../stack';
import type { Adoption, Planned, Taken } from './adoption';
import { type Examination, examine } from './examine';
import { installers } from './installers';
import { otherInstalls } from './other-installs';

/** What adopting a running system would do. */
export interface AdoptionPlan {
  readonly examination: Examination;
  readonly adoptions: readonly Adoption[];
  /** What else was found on the cluster: who installed it, and other installs. */
  readonly surroundings: readonly Finding[];
}

/** An adoption of a live object. */
export type TakenObject = Adoption & Taken;

/** Matches the objects that the engine registers with the live ones. Nothing is changed. */
export async function planAdoption(
  { plan }: DescribedStack,
  { api }: StackCluster,
  signal: AbortSignal,
): Promise<AdoptionPlan> {
  const mode = plan.cluster.argocd?.mode;
  const examination = { api, kinds: kindsOf(api), keepArgoCd: mode === 'shared' || mode === 'argocd' };
  const planned: Planned[] = plan.systems.flatMap((system) =>
    Object.entries(registeredObjects(system.objects, plan.cluster)).map(([key, described]) => ({
      system,
      key,
      described,
    })),
  );
  const adoptions = await inParallel(planned, (each) => examine(examination, each), { signal });
  const live = adoptions.flatMap((each) => (each.state === 'create' || each.live === undefined ? [] : [each.live]));
  const own = planned.flatMap(({ described: { object } }) =>
    object.kind === 'Application' ? [object.metadata.name] : [],
  );
  const others = await Promise.all(plan.systems.map((system) => otherInstalls(api, system, plan)));
  const surroundings = [...(await installers(api, plan.cluster, live, own)), ...others.flat()];
  return { examination, adoptions, surroundings };
}

/** The live objects that are taken over. */
export function takenObjects({ adoptions }: AdoptionPlan): TakenObject[] {
  return adoptions.filter((each): each is TakenObject => each.state === 'adopt');
}

/** Whether a live object is ours already, as it is described. */
export function isSettled({ live, changes, transfer }: Taken): boolean {
  const writers = live.metadata.managedFields ?? [];
  return changes.length === 0 && transfer.from.length === 0 && writers.some(({ manager }) => manager === fieldManager);
}
