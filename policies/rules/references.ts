import { type Reference, referencesOf } from '../../components/kit/objects/references';
import { madeEntries, operatorSecrets } from '../made-secrets';
import { podOf } from '../pods';
import type { Rule, RuleContext } from '../rule';

export const broughtReferences: Rule = {
  name: 'brought-references',
  demand:
    'a Secret, ConfigMap or claim that a pod names is an object of the plan, or said to be brought by somebody: else nobody learns what the pod waits for',
  check(object, context) {
    const pod = podOf(object);
    const unknown = (pod ? referencesOf(pod) : []).filter((each) => !isHarmless(each) && !isKnown(each, context));
    return unknown.map(({ keys, kind, name }) => {
      const entry = keys.length > 0 ? `, entry ${keys.join(' and ')}` : '';
      return `names ${kind} ${name}${entry}, which the plan does not make and nobody is said to bring`;
    });
  },
};

/** A variable that may be absent says that the process does without; logins of registries are always told of. */
function isHarmless({ by, optional }: Reference): boolean {
  return (optional && by === 'environment') || by === 'image pull';
}

function isKnown({ keys, kind, name }: Reference, { objects, operations: { brought = [] } }: RuleContext): boolean {
  const made = Object.values(objects).some(
    ({ object }) =>
      (object.metadata.name === name &&
        (object.kind === kind || (kind === 'Secret' && madeEntries(object) !== undefined))) ||
      (kind === 'Secret' && operatorSecrets(object).includes(name)),
  );
  const said = brought.filter((each) => each.kind === kind && each.name === name);
  const entries = said.flatMap((each) => each.keys.flat());
  return (
    made ||
    said.some((each) => each.keys.length === 0) ||
    (said.length > 0 && keys.every((key) => entries.includes(key)))
  );
}
