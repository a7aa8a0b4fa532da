import type { Plan } from '../components/system';
import { nameOf, type PlanRule } from './plan-rule';
import { ownFolders } from './plan-rules/applications';
import { ownNamespaces } from './plan-rules/namespaces';
import { oneAddress, oneHost, oneNodePort } from './plan-rules/openings';
import { heldEntries, oneOwner, ownClaims } from './plan-rules/owners';
import type { Rule } from './rule';
import { oneNodeVolumes, protectedData, savedData, singleWriters, visibleVolumes } from './rules/data';
import { foreignGateways, guardedRoutes } from './rules/exposure';
import { pinnedImages } from './rules/images';
import { hashedJobs } from './rules/jobs';
import { withinLimits } from './rules/limits';
import { restrictedNamespaces } from './rules/namespaces';
import { closedNetworks } from './rules/network';
import { probedServers, restrictedPods, sizedContainers, unmountedTokens } from './rules/pods';
import { sufficientQuotas } from './rules/quota';
import { broughtReferences } from './rules/references';
import { autoscaledReplicas, stickySessions } from './rules/scaling';
import { namedEntries, referencedSecrets } from './rules/secrets';
import { ownSelectors } from './rules/selectors';
import { boundedSources } from './rules/sources';

/** Every rule, in the order in which findings are shown. */
export const rules: readonly Rule[] = [
  protectedData,
  savedData,
  visibleVolumes,
  singleWriters,
  oneNodeVolumes,
  hashedJobs,
  restrictedNamespaces,
  restrictedPods,
  unmountedTokens,
  referencedSecrets,
  namedEntries,
  broughtReferences,
  sizedContainers,
  sufficientQuotas,
  withinLimits,
  probedServers,
  pinnedImages,
  closedNetworks,
  ownSelectors,
  guardedRoutes,
  foreignGateways,
  boundedSources,
  autoscaledReplicas,
  stickySessions,
];

/** Every rule about objects among each other. */
export const planRules: readonly PlanRule[] = [
  ownNamespaces,
  oneOwner,
  ownClaims,
  heldEntries,
  oneHost,
  oneNodePort,
  oneAddress,
  ownFolders,
];

/** An object that does not keep to a rule. */
export interface RuleFinding {
  /** `<path in the stack file>/<Kind>/<name>` of the object. */
  readonly object: string;
  readonly rule: string;
  readonly fault: string;
}

export interface CheckResult {
  readonly violations: readonly RuleFinding[];
  /** Findings that the plan accepts, each with the reason it gives. */
  readonly waived: readonly (RuleFinding & { readonly reason: string })[];
  /** Waivers that nothing needs any more; they would hide the next violation. */
  readonly idleWaivers: readonly RuleFinding[];
}

/** Holds a plan against the rules about objects among each other, and every object of it against every rule. */
export function checkPlan(plan: Plan): CheckResult {
  const violations: RuleFinding[] = [];
  const waived: (RuleFinding & { reason: string })[] = [];
  const idleWaivers: RuleFinding[] = [];
  for (const { check, name: rule } of planRules) {
    // Several parts of an object may have the same fault.
    const faults = new Map(check(plan).map((found) => [`${found.object} ${found.fault}`, found]));
    violations.push(...[...faults.values()].map((found) => ({ ...found, rule })));
  }
  for (const system of plan.systems) {
    const { objects, operations, path, pods } = system;
    const cluster = pods === undefined ? plan.cluster : { ...plan.cluster, pods };
    for (const [key, { object, waivers = [] }] of Object.entries(objects)) {
      const name = nameOf({ system, object });
      const broken = new Set<string>();
      for (const rule of rules) {
        const waiver = waivers.find((candidate) => candidate.rule === rule.name);
        for (const fault of rule.check(object, { cluster, key, objects, operations, path })) {
          const finding = { object: name, rule: rule.name, fault };
          broken.add(rule.name);
          if (waiver) waived.push({ ...finding, reason: waiver.reason });
          else violations.push(finding);
        }
      }
      for (const { rule } of waivers) {
        if (!broken.has(rule)) idleWaivers.push({ object: name, rule, fault: 'is waived, but nothing breaks it' });
      }
    }
  }
  return { violations, waived, idleWaivers };
}

/** Thrown when a plan breaks rules; the message names every object and its fault. */
export class PolicyError extends Error {
  constructor(readonly violations: readonly RuleFinding[]) {
    const lines = violations.map(({ object, rule, fault }) => `  ${object} ${fault} (${rule})`);
    super(`the plan breaks ${violations.length} ${violations.length === 1 ? 'rule' : 'rules'}\n${lines.join('\n')}`);
    this.name = 'PolicyError';
  }
}
