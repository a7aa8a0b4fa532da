import { withAwaited } from './kit/parts/awaited';
import { withPods } from './kit/parts/pods';
import { podsConstraints, withOwnPods } from './kit/settings/pods';
import type { NamedCluster, SystemModule, SystemPlan } from './system';

type Modules = Pick<SystemModule, 'constraints' | 'describe' | 'key'>;

/** What does not hold between the keys of a system and the facts of the cluster as it meets them. */
export function constraintsFor(
  module: Modules,
  settings: unknown,
  cluster: NamedCluster,
  secrets: unknown,
): ReturnType<SystemModule['constraints']> {
  const facts = withOwnPods(cluster, settings);
  return [...podsConstraints(module.key, facts, settings), ...module.constraints(settings, facts, secrets)];
}

/**
 * The plans of a system, their pods as the platform asks for them, and what cannot be waited for marked. The only way from
 * settings to a plan.
 */
export function describeSystem(module: Modules, settings: unknown, cluster: NamedCluster): readonly SystemPlan[] {
  const facts = withOwnPods(cluster, settings);
  return module.describe(settings, facts).map((plan) => {
    const adapted = withPods(plan, facts);
    return { ...adapted, objects: withAwaited(adapted.objects) };
  });
}
