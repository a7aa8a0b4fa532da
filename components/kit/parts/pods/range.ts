import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import { billionths } from '../../../../config/fields/quantities';
import type { DescribedObjects } from '../../../system/described';
import type { PlannedObject } from '../../../system/planned-object';
import type { PodTemplate } from '../../objects/pod-template';

type Range = NonNullable<PlannedObject<'LimitRange'>['spec']>['limits'][number];
type Amounts = Readonly<Record<string, string | number>>;

/** The range of limits among the objects of a plan, where there is one. */
export function rangeIn(objects: DescribedObjects): Range | undefined {
  return Object.values(objects).flatMap(({ object }) => (object.kind === 'LimitRange' ? object.spec?.limits : []))[0];
}

/**
 * A template whose every container names what a range would give it, so that the plan shows what runs. A limit is never
 * below the request: the API server would fill it in all the same, and then refuse the pod.
 */
export function withRange(template: PodTemplate, range: Range | undefined): PodTemplate {
  const { spec } = template;
  if (!spec || !range) return template;
  const each = (container: IContainer) => filled(container, range);
  const containers: Pick<IPodSpec, 'containers' | 'initContainers'> = {
    ...(spec.initContainers ? { initContainers: spec.initContainers.map(each) } : {}),
    containers: spec.containers.map(each),
  };
  return { ...template, spec: { ...spec, ...containers } };
}

function filled(container: IContainer, range: Range): IContainer {
  const requests: Amounts = { ...range.defaultRequest, ...container.resources?.requests };
  const least = Object.entries(range.default ?? {}).map(([resource, limit]) => {
    const request = requests[resource] ?? limit;
    return [resource, amount(request) > amount(limit) ? request : limit] as const;
  });
  const limits: Amounts = { ...Object.fromEntries(least), ...container.resources?.limits };
  return { ...container, resources: { ...container.resources, requests, limits } };
}

function amount(quantity: string | number): bigint {
  return billionths(String(quantity)) ?? 0n;
}
