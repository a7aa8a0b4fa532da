import type { SystemPlan } from '../system';

/** Type token of the component that a plan becomes, part of the URN of everything in it. */
export function componentType({ component }: Pick<SystemPlan, 'component'>): string {
  return `memory-fleet:index:${component}`;
}
