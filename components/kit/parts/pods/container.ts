import type { IContainer, IResourceRequirements } from 'kubernetes-models/v1';
import type { PodsSettings } from '../../../../config/cluster/pods';
import { billionths } from '../../../../config/fields/quantities';
import { mirrored } from './mirror';

/** A container as the platform wants it. */
export function adaptedContainer(container: IContainer, pods: PodsSettings): IContainer {
  const { image, resources, securityContext } = container;
  return {
    ...container,
    ...(image === undefined ? {} : { image: mirrored(image, pods) }),
    ...(pods.cpuLimitRatio === undefined ? {} : { resources: limited(resources, pods.cpuLimitRatio) }),
    ...(pods.runAsUser === 'platform' && securityContext ? { securityContext: withoutUser(securityContext) } : {}),
  };
}

/** A security context in which the platform says who runs. */
export function withoutUser<C extends { runAsUser?: number; runAsGroup?: number; fsGroup?: number }>(context: C) {
  const { runAsUser: _, runAsGroup: __, fsGroup: ___, ...rest } = context;
  return rest;
}

/** A limit that is there already stays. */
function limited(resources: IResourceRequirements | undefined, ratio: number): IResourceRequirements {
  const { limits = {}, requests = {} } = resources ?? {};
  if (limits.cpu !== undefined || requests.cpu === undefined) return { ...resources };
  return { ...resources, limits: { cpu: cores(thousandths(String(requests.cpu)) * ratio), ...limits } };
}

function thousandths(quantity: string): number {
  return Number((billionths(quantity) ?? 0n) / 1_000_000n);
}

function cores(amount: number): string {
  return amount % 1000 === 0 ? String(amount / 1000) : `${amount}m`;
}
