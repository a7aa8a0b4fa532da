import type { SystemPlan } from '../../../../components/system';
import { type ForeignNamespace, ownerOf, ownNamespaceOf, podsInWords } from '../../../live/own-namespace';
import { makes } from '../../../stack/plan-objects';
import { type Answer, type Check, type Examined, missing, ok, type Question, warning } from '../check';

/** Namespaces that the plan makes, which must be nobody else's, and those that it only puts objects into. */
export const namespaces: Check = (examined) => {
  const { plan } = examined.stack;
  const names = plan.systems.flatMap(({ objects }) =>
    Object.values(objects).flatMap(({ object }) => object.metadata.namespace ?? []),
  );
  return [
    ...plan.systems.flatMap((system) => ownNamespace(examined, system)),
    ...[...new Set(names)]
      .filter((name) => !makes(plan, 'Namespace', name))
      .map((name) => ({
        subject: `Namespace ${name}`,
        answer: async () =>
          (await examined.look.at(pathOf(name))) === undefined
            ? missing('there is none, and `up` does not make it', `create it, or name another in the stack file`)
            : ok('there'),
      })),
  ];
};

const pathOf = (name: string) => `/api/v1/namespaces/${name}`;

function ownNamespace({ look, stack }: Examined, system: SystemPlan): Question[] {
  const own = ownNamespaceOf(system);
  if (own === undefined) return [];
  const answer = async () => {
    const owner = await ownerOf(look.at, system, own);
    if (owner === 'nobody') return ok('comes with `up`');
    return owner === 'us' ? ok('there') : foreignAnswer(owner, own.key, stack.name);
  };
  return [{ subject: `Namespace ${own.name}`, answer }];
}

function foreignAnswer({ hasServer, others }: ForeignNamespace, key: string, stack: string): Answer {
  if (others.length > 0) {
    return missing(
      `somebody else made it, and others live there: ${podsInWords(others)}`,
      `name another namespace by ${key}, or share it: \`up\` would take it over and close it for them`,
    );
  }
  return warning(
    `somebody else made it, and no pods of others are in it${hasServer ? ', but a server like ours' : ''}`,
    `\`up\` takes it over and closes it for everybody; if it is meant for others too, set ${key} to another name` +
      (hasServer ? `; see \`npx fleet adopt --stack ${stack}\`` : ''),
  );
}
