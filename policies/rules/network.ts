import type { PlannedObject } from '../../components/system/planned-object';
import { podLabelsOf, podOf } from '../pods';
import type { Rule } from '../rule';

export const closedNetworks: Rule = {
  name: 'closed-networks',
  demand: 'every pod is under a network policy that denies all traffic both ways, until another allows it',
  check(object, { objects }) {
    const labels = podOf(object) && podLabelsOf(object);
    if (!labels) return [];
    const closed = Object.values(objects).some(
      ({ object: other }) =>
        other.kind === 'NetworkPolicy' &&
        other.metadata.namespace === object.metadata.namespace &&
        deniesAll(other, labels),
    );
    return closed ? [] : ['has pods that no policy closes off'];
  },
};

function deniesAll({ spec }: PlannedObject<'NetworkPolicy'>, labels: Readonly<Record<string, string>>): boolean {
  const selected = Object.entries(spec?.podSelector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  const bothWays = ['Ingress', 'Egress'].every((type) => spec?.policyTypes?.some((known) => known === type));
  return selected && bothWays && !spec?.ingress?.length && !spec?.egress?.length;
}
