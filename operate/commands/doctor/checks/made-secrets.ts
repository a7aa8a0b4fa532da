import type { PlannedObject } from '../../../../components/system/planned-object';
import { describedIn } from '../../../stack/plan-objects';
import { type Answer, type Check, missing, ok, type Question, warning } from '../check';

/** Kinds from which operators make Secrets: where they are served, and the condition that says whether they could. */
const kinds = {
  ExternalSecret: { resource: 'externalsecrets', condition: 'Ready', remedy: 'see that the store has its keys' },
  SealedSecret: {
    resource: 'sealedsecrets',
    condition: 'Synced',
    remedy: 'see that its values were sealed for this cluster, namespace and name: `fleet secrets seal`',
  },
} as const;

interface Live {
  readonly status?: { readonly conditions?: readonly { type: string; status: string; message?: string }[] };
}

/** What operators say of the Secrets that they make for the stack. Before `up` there is nothing to make them from. */
export const madeSecrets: Check = ({ look, stack }) =>
  describedIn(stack.plan).flatMap(({ object }): Question[] => {
    if (!isMaker(object)) return [];
    const { apiVersion, kind, metadata } = object;
    const { condition, remedy, resource } = kinds[kind];
    return [
      {
        subject: `${kind} ${metadata.name}`,
        answer: async () => {
          const path = `/apis/${apiVersion}/namespaces/${metadata.namespace}/${resource}/${metadata.name}`;
          const live = await look.at<Live>(path);
          if (live === undefined) return ok('comes with `up`');
          return answerOf(
            live.status?.conditions?.find(({ type }) => type === condition),
            remedy,
          );
        },
      },
    ];
  });

function isMaker(object: PlannedObject): object is PlannedObject<keyof typeof kinds> {
  return object.kind in kinds;
}

function answerOf(said: { readonly status: string; readonly message?: string } | undefined, remedy: string): Answer {
  if (said?.status === 'True') return ok('its Secret is made');
  if (said) return missing(`no Secret is made from it: ${said.message ?? 'no reason given'}`, remedy);
  return warning('nobody has made a Secret from it yet', 'see that its operator runs');
}
