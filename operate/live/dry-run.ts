import { type Answer, type Api, reasonOf } from '../cluster/api';
import { objectPath, type ServedKind } from '../cluster/kinds';
import type { LiveObject } from './object';

/** What the API server would make of an object, or why it would not. */
export type DryRun =
  | { readonly accepted: true; readonly object: LiveObject }
  | { readonly accepted: false; readonly status: number; readonly reason: string };

/** An object as it is sent. */
export interface SentObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** What a forced server-side apply by a manager would leave. Nothing is stored. */
export async function dryRunApply(
  api: Api,
  kind: ServedKind,
  object: SentObject,
  fieldManager: string,
): Promise<DryRun> {
  const query = `dryRun=All&fieldManager=${encodeURIComponent(fieldManager)}&force=true`;
  const path = `${objectPath(kind, object.metadata)}?${query}`;
  return outcome(await api.send('PATCH', path, { body: object, contentType: 'application/apply-patch+yaml' }));
}

/** What a replacement of the whole object would leave. Nothing is stored. */
export async function dryRunReplace(
  api: Api,
  kind: ServedKind,
  object: SentObject,
  fieldManager: string,
): Promise<DryRun> {
  const query = `dryRun=All&fieldManager=${encodeURIComponent(fieldManager)}`;
  return outcome(await api.send('PUT', `${objectPath(kind, object.metadata)}?${query}`, { body: object }));
}

/**
 * The object as the API server would make it if it were not there yet: what is described, the defaults, and nothing that
 * anybody else wrote. It is asked for under a name that nothing has.
 */
export async function dryRunAnew(
  api: Api,
  kind: ServedKind,
  object: SentObject,
  fieldManager: string,
): Promise<DryRun> {
  const { name } = object.metadata;
  const free = `${name.slice(0, 40).replace(/[^a-z0-9]+$/, '')}-as-described`;
  const answer = await dryRunApply(
    api,
    kind,
    { ...object, metadata: { ...object.metadata, name: free } },
    fieldManager,
  );
  return answer.accepted ? { accepted: true, object: renamed(answer.object, free, name) } : answer;
}

/** Namespaces are labelled with their own name. */
function renamed(object: LiveObject, from: string, to: string): LiveObject {
  const labels = Object.entries(object.metadata.labels ?? {}).map(([label, value]) => [
    label,
    label === 'kubernetes.io/metadata.name' && value === from ? to : value,
  ]);
  return { ...object, metadata: { ...object.metadata, name: to, labels: Object.fromEntries(labels) } };
}

function outcome({ status, body }: Answer): DryRun {
  if (status < 300) return { accepted: true, object: JSON.parse(body) as LiveObject };
  return { accepted: false, status, reason: reasonOf(body) };
}
