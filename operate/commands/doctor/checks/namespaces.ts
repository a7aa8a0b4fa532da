import { workloadSelector } from '../../../../components/kit/objects/labels';
import { fieldManager } from '../../../../components/register/written';
import type { SystemPlan } from '../../../../components/system';
import { keyOf } from '../../../../config/problems';
import type { LiveObject } from '../../../live/object';
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

function ownNamespace(examined: Examined, system: SystemPlan): Question[] {
  return Object.values(system.objects)
    .filter(({ object }) => object.kind === 'Namespace')
    .map(({ namedBy = system.path, object: { metadata } }) => ({
      subject: `Namespace ${metadata.name}`,
      answer: async () => {
        const found = await examined.look.at<LiveObject>(pathOf(metadata.name));
        if (found === undefined) return ok('comes with `up`');
        return isOurs(found) ? ok('there') : foreignAnswer(examined, system, found, keyOf(namedBy));
      },
    }));
}

/** Whether this program has ever written a namespace; nobody else has its field manager, and its label says whose it is. */
function isOurs({ metadata: { labels, managedFields = [] } }: LiveObject): boolean {
  return (
    managedFields.some(({ manager }) => manager === fieldManager) ||
    labels?.['app.kubernetes.io/part-of'] === 'memory-fleet'
  );
}

/** `up` takes a namespace over without a word: what it closes off by that must be known before. */
async function foreignAnswer(
  { look, stack }: Examined,
  { operations }: SystemPlan,
  { metadata: { name } }: LiveObject,
  key: string,
): Promise<Answer> {
  const pods = await look.list<LiveObject>(`${pathOf(name)}/pods`);
  // An earlier installation has the labels by which workloads select, and not always more.
  const servers = operations.servers.map(({ podLabels }) => Object.entries(workloadSelector(podLabels)));
  const others = pods.filter(
    ({ metadata: { labels = {} } }) =>
      !servers.some((selector) => selector.every(([label, value]) => labels[label] === value)),
  );
  const [first, ...more] = others.map(({ metadata }) => metadata.name);
  if (first === undefined) {
    return warning(
      `somebody else made it, and no pods of others are in it${pods.length > 0 ? ', but a server like ours' : ''}`,
      `\`up\` takes it over and closes it for everybody; if it is meant for others too, set ${key} to another name` +
        (pods.length > 0 ? `; see \`npx fleet adopt --stack ${stack.name}\`` : ''),
    );
  }
  return missing(
    `somebody else made it, and others live there: ${first}${more.length > 0 ? ` and ${more.length} more pods` : ''}`,
    `name another namespace by ${key}, or share it: \`up\` would take it over and close it for them`,
  );
}
