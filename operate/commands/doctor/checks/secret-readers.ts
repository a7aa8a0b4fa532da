import type { IPodSpec } from 'kubernetes-models/v1';
import { type Reference, referencesOf } from '../../../../components/kit/objects/references';
import { podOf } from '../../../../policies/pods';
import { describedIn } from '../../../stack/plan-objects';
import { type Answer, type Check, ok, type Question, warning } from '../check';

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: IPodSpec;
  readonly status?: { readonly phase?: string; readonly startTime?: string };
}

interface Secret {
  readonly metadata: {
    readonly managedFields?: readonly {
      readonly time?: string;
      readonly fieldsV1?: { readonly 'f:data'?: Readonly<Record<string, unknown>> };
    }[];
  };
}

/** Pods that run with values of Secrets which have changed since: what is in an environment stays until a restart. */
export const secretReaders: Check = ({ look, stack }) => {
  const read = describedIn(stack.plan).flatMap(({ object }) => {
    const runs = object.kind === 'Deployment' || object.kind === 'StatefulSet';
    const pod = runs ? podOf(object) : undefined;
    const { namespace = 'default' } = object.metadata;
    return pod ? inEnvironment(pod).map(({ name }) => ({ name, namespace })) : [];
  });
  const secrets = [...new Map(read.map((each) => [`${each.namespace}/${each.name}`, each])).values()];
  return secrets.map(
    ({ name, namespace }): Question => ({
      subject: `readers of Secret ${name}`,
      answer: async () => {
        const secret = await look.at<Secret>(`/api/v1/namespaces/${namespace}/secrets/${name}`);
        if (secret === undefined) return ok('there is none yet');
        return answerOf(name, secret, await look.list<Pod>(`/api/v1/namespaces/${namespace}/pods`));
      },
    }),
  );
};

function inEnvironment(pod: IPodSpec): Reference[] {
  return referencesOf(pod).filter(({ by, kind }) => kind === 'Secret' && by === 'environment');
}

function answerOf(name: string, secret: Secret, pods: readonly Pod[]): Answer {
  const stale = pods.flatMap(({ metadata, spec, status }) => {
    if (status?.phase !== 'Running' || metadata.deletionTimestamp !== undefined) return [];
    const started = Date.parse(status.startTime ?? '');
    const entries = inEnvironment(spec)
      .filter((each) => each.name === name)
      .flatMap(({ keys }) => keys.filter((key) => changedAt(secret, key) > started));
    return entries.length > 0 ? [`${metadata.name} (${[...new Set(entries)].join(', ')})`] : [];
  });
  if (stale.length === 0) return ok('none has started before it changed');
  return warning(
    `it has changed since these pods started: ${stale.join('; ')}`,
    'where an entry has another value now, raise its secretRevision and run `up`',
  );
}

/** When somebody last wrote what an entry is among, in milliseconds; nobody tells it of one entry alone. */
function changedAt({ metadata: { managedFields = [] } }: Secret, key: string): number {
  const times = managedFields.flatMap(({ fieldsV1, time }) =>
    time !== undefined && `f:${key}` in (fieldsV1?.['f:data'] ?? {}) ? [Date.parse(time)] : [],
  );
  return Math.max(Number.NEGATIVE_INFINITY, ...times);
}
