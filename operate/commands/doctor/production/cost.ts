import { objectsOf } from '../../../stack/plan-objects';
import { type Answer, missing, ok } from '../check';
import { withLive } from './live';
import { type Inspected, namespacesOf, notAsked, type Points, shortened, yours } from './point';

/** What bounds the bills: of the providers that pods talk to, and of the cluster. */
export const cost: Points = (inspected) => [
  { subject: 'providers have a limit of their own', answer: () => providersAnswer(inspected) },
  { subject: 'what pods may take of the cluster is bounded', answer: () => quotaAnswer(inspected) },
];

/** Policies bound where requests go, never how many: only the account at the provider knows that. */
function providersAnswer({ stack }: Inspected): Answer {
  const names = stack.plan.systems.flatMap(({ flows }) =>
    flows.flatMap(({ direction, peer }) => (direction === 'out' && peer.kind === 'hosts' ? peer.names : [])),
  );
  if (names.length === 0) return notAsked('no pod of the plan talks to a host outside');
  return yours(
    `pods may talk to ${shortened([...new Set(names)])}`,
    'of those that bill by use: set a monthly limit and a warning for the key at the provider, one key for each stack',
  );
}

async function quotaAnswer(inspected: Inspected): Promise<Answer> {
  const { look, stack } = inspected;
  const quotas = objectsOf(stack.plan, 'ResourceQuota');
  const bounded = new Set(quotas.map(({ metadata }) => metadata.namespace));
  const without = namespacesOf(inspected).filter((name) => !bounded.has(name));
  const seen = await withLive(look, quotas);
  const bound = seen.filter(({ live }) => live).map(({ planned }) => planned.metadata.name);
  const gone = seen.filter(({ live }) => !live).map(({ planned }) => planned.metadata.name);
  if (gone.length > 0) return missing(`ResourceQuota ${gone.join(', ')} is not there`, 'run `pulumi up`');
  const most = objectsOf(stack.plan, 'HorizontalPodAutoscaler').map(
    ({ metadata, spec }) => `${metadata.name} ${spec?.maxReplicas} pods`,
  );
  if (without.length === 0) return ok(`by ResourceQuota ${bound.join(', ')}`);
  if (most.length > 0) return ok(`no quota in ${without.join(', ')}; autoscalers end at ${shortened(most)}`);
  return ok(`no quota in ${without.join(', ')}, and nothing there scales by itself`);
}
