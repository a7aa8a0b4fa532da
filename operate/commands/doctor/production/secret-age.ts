import { referencesOf } from '../../../../components/kit/objects/references';
import { podOf } from '../../../../policies/pods';
import { describedIn, objectsOf } from '../../../stack/plan-objects';
import type { Answer } from '../check';
import { type Inspected, none, notAsked, shortened } from './point';

interface Secret {
  readonly metadata: {
    readonly creationTimestamp?: string;
    readonly managedFields?: readonly {
      readonly time?: string;
      readonly fieldsV1?: Readonly<Record<string, unknown>>;
    }[];
  };
}

/** Secrets that pods of the plan read, save certificates, which have an end of their own. */
export async function ageAnswer({ look, secretDays, stack }: Inspected): Promise<Answer> {
  const certificates = new Set([
    ...objectsOf(stack.plan, 'Ingress').flatMap(({ spec }) => (spec?.tls ?? []).map(({ secretName }) => secretName)),
    ...objectsOf(stack.plan, 'Certificate').map(({ spec }) => spec?.secretName),
  ]);
  const read = describedIn(stack.plan).flatMap(({ object }) => {
    const pod = podOf(object);
    const namespace = object.metadata.namespace ?? '';
    return (pod ? referencesOf(pod) : [])
      .filter(({ kind, name }) => kind === 'Secret' && !certificates.has(name))
      .map(({ name, optional }) => ({ name, namespace, optional }));
  });
  const names = [...new Map(read.map((each) => [`${each.namespace}/${each.name}`, each])).values()];
  const seen = await Promise.all(
    names.map(async ({ name, namespace, optional }) => {
      const found = await look.at<Secret>(`/api/v1/namespaces/${namespace}/secrets/${name}`);
      return { name, optional, days: found && ageInDays(found, Date.now()) };
    }),
  );
  const there = seen.filter(({ days, optional }) => days !== undefined || !optional);
  return none(
    there,
    ({ days, name }) =>
      days === undefined ? `${name} is not there` : days > secretDays ? `${name} ${days} days` : undefined,
    {
      absent: notAsked('no pod of the plan reads a Secret'),
      found: shortened(there.map(({ days, name }) => `${name} ${days} days`)),
      remedy:
        'put a new value in (docs/decisions/secrets.md), raise its secretRevision, run `pulumi up`; or say by --secret-days what is right for you',
    },
  );
}

/** Days since somebody last wrote its data. */
export function ageInDays({ metadata }: Secret, now: number): number {
  const written = (metadata.managedFields ?? []).flatMap(({ fieldsV1 = {}, time }) =>
    time !== undefined && 'f:data' in fieldsV1 ? [Date.parse(time)] : [],
  );
  const last = Math.max(...(written.length > 0 ? written : [Date.parse(metadata.creationTimestamp ?? '')]));
  return Math.floor((now - last) / 86_400_000);
}
