import type { Plan } from '../components/system';
import { checkPlan, PolicyError } from './check';
import { noticesOf } from './notices';

/** Where findings that do not stop a run are shown. */
export interface FindingLog {
  info(message: string): unknown;
  warn(message: string): unknown;
}

/**
 * Lets a plan pass that keeps to every rule. What it waives is shown with its reason each time, so that nobody forgets it,
 * and what is more often an oversight than meant with the key that changes it.
 * @throws PolicyError with every violation, when there is any
 */
export function enforceRules(plan: Plan, log: FindingLog): void {
  const { violations, waived, idleWaivers } = checkPlan(plan);
  if (violations.length > 0) throw new PolicyError(violations);
  for (const { object, rule, fault, reason } of waived) log.info(`${object} ${fault} (${rule} waived: ${reason})`);
  for (const { object, rule, fault } of idleWaivers) log.warn(`${object}: ${rule} ${fault}`);
  for (const { found, path, remedy } of noticesOf(plan)) log.warn(`${path}: ${found}; ${remedy}`);
}
