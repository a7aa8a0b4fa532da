import type { IContainer } from 'kubernetes-models/v1';
import { billionths } from '../../config/fields/quantities';
import { objectsIn } from '../backends';
import { containersOf, podOf } from '../pods';
import type { Rule } from '../rule';

const resources = ['cpu', 'memory'] as const;

type Amounts = Readonly<Record<string, string | number | undefined>>;

export const withinLimits: Rule = {
  name: 'within-limits',
  demand:
    'every container names what a range of limits would otherwise give it, and keeps to its bounds: Kubernetes refuses the pods of one that does not',
  check(object, { objects }) {
    if (object.kind !== 'LimitRange') return [];
    const here = objectsIn(objects).filter(({ metadata }) => metadata.namespace === object.metadata.namespace);
    const containers = here.flatMap((owner) => {
      const pod = podOf(owner);
      return pod ? containersOf(pod).map((container) => ({ container, owner })) : [];
    });
    return (object.spec?.limits ?? []).flatMap((range) =>
      containers.flatMap(({ container, owner }) =>
        faultsOf(container, range).map(
          (fault) => `${fault} container ${container.name} of ${owner.kind} ${owner.metadata.name}`,
        ),
      ),
    );
  },
};

interface Range {
  readonly min?: Amounts;
  readonly defaultRequest?: Amounts;
  readonly default?: Amounts;
  readonly max?: Amounts;
}

/** What a range does to a container, each in a clause that the container is the object of. */
function faultsOf({ resources: own }: IContainer, range: Range): string[] {
  return resources.flatMap((resource) => {
    const request = own?.requests?.[resource];
    const limit = own?.limits?.[resource];
    const { defaultRequest, max, min } = range;
    const gives = range.default?.[resource] ?? max?.[resource];
    const asks = defaultRequest?.[resource] ?? min?.[resource] ?? gives;
    return [
      ...(limit === undefined && gives !== undefined ? [`decides the ${resource} limit, ${gives}, of`] : []),
      ...(request === undefined && limit === undefined && asks !== undefined
        ? [`decides the ${resource} request, ${asks}, of`]
        : []),
      ...(below(request, min?.[resource])
        ? [`asks for at least ${min?.[resource]} of ${resource}, and ${request} is requested by`]
        : []),
      ...(below(max?.[resource], limit)
        ? [`allows ${max?.[resource]} of ${resource}, and ${limit} is the limit of`]
        : []),
    ];
  });
}

/** Whether one amount is less than the other; not where either is missing. */
function below(amount: string | number | undefined, other: string | number | undefined): boolean {
  if (amount === undefined || other === undefined) return false;
  return (billionths(String(amount)) ?? 0n) < (billionths(String(other)) ?? 0n);
}
