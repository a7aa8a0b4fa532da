import { makes } from '../../../stack/plan-objects';
import { type Check, missing, ok } from '../check';

/** Namespaces that the plan puts objects into and does not make: those of a shared namespace, and Argo CD's. */
export const namespaces: Check = ({ look, stack }) => {
  const names = stack.plan.systems.flatMap(({ objects }) =>
    Object.values(objects).flatMap(({ object }) => object.metadata.namespace ?? []),
  );
  return [...new Set(names)]
    .filter((name) => !makes(stack.plan, 'Namespace', name))
    .map((name) => ({
      subject: `Namespace ${name}`,
      answer: async () =>
        (await look.at(`/api/v1/namespaces/${name}`)) === undefined
          ? missing('there is none, and `up` does not make it', `create it, or name another in the stack file`)
          : ok('there'),
    }));
};
