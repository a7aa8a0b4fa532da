import { isDeepStrictEqual } from 'node:util';
import { fieldManager } from '../../../components/register/written';
import type { KubernetesObject } from '../../../components/system/described';
import { type Limit, type Waiting, waitFor } from '../../base/wait';
import { type Api, get } from '../../cluster/api';
import { type Kinds, objectPath, type ServedKind } from '../../cluster/kinds';
import { objectDifferences } from '../../live/differences';
import { dryRunAnew, dryRunApply } from '../../live/dry-run';
import { type FieldPath, pathInWords, valueAt } from '../../live/field-path';
import { beyond, type FieldTree, union } from '../../live/field-tree';
import { type LiveObject, objectInWords, writersOf } from '../../live/object';
import { redacted } from '../../live/redact';
import { withoutContent } from '../../live/secret-content';
import { lastWriter, writerOf } from '../../live/writer';
import { type Rights, rightfulOwner } from './field-owners';
import type { Drift } from './finding';
import { contentDrift } from './secret-entries';

/** What a comparison needs of the cluster. */
export interface ComparisonContext {
  readonly api: Api;
  readonly kinds: Kinds;
  readonly rights: Rights;
  /** How long to look again at an object that somebody writes just then, as controllers do while a rollout is under way. */
  readonly waiting: Waiting & Limit;
}

/**
 * Compares one object with the live one. The API server itself is asked what an apply of the description would change, so
 * that defaults and other spellings of a value are no differences; what others added is found by who wrote it.
 *
 * @param wanted the object as its writer applies it
 */
export async function compareObject(comparison: ComparisonContext, wanted: KubernetesObject): Promise<Drift[]> {
  const { api, kinds, waiting } = comparison;
  const object = objectInWords(wanted);
  const kind = await kinds.find(wanted.apiVersion, wanted.kind);
  if (kind === undefined) {
    return [
      { object, kind: 'missing', note: `the cluster does not know the kind ${wanted.apiVersion} ${wanted.kind}` },
    ];
  }
  const sent = withoutContent(wanted);
  const look = async (): Promise<Drift[] | undefined> => {
    const live = await get<LiveObject>(api, objectPath(kind, wanted.metadata));
    if (live === undefined) return [{ object, kind: 'missing' }];
    const applied = await dryRunApply(api, kind, sent, fieldManager);
    if (!applied.accepted) {
      const by = lastWriter(live);
      return [{ object, kind: 'refused', note: applied.reason, ...(by === undefined ? {} : { by }) }];
    }
    // A dry run keeps the version of what it started from: another one started from another state than was read.
    if (applied.object.metadata.resourceVersion !== live.metadata.resourceVersion) return undefined;
    return differences(comparison, kind, wanted, live, applied.object);
  };
  const note = `somebody wrote to it each time that it was compared, for ${waiting.seconds} s`;
  return (await waitFor(look, waiting)) ?? [{ object, kind: 'unknown', note }];
}

async function differences(
  comparison: ComparisonContext,
  kind: ServedKind,
  wanted: KubernetesObject,
  live: LiveObject,
  applied: LiveObject,
): Promise<Drift[]> {
  const added = await addedFields(comparison, kind, withoutContent(wanted), live, applied);
  return [
    ...ending(objectInWords(live), live),
    ...changedFields(comparison, live, applied),
    ...contentDrift(wanted, live),
    ...added,
  ];
}

function ending(object: string, { metadata }: LiveObject): Drift[] {
  const since = (metadata as { deletionTimestamp?: string }).deletionTimestamp;
  return since === undefined ? [] : [{ object, kind: 'ending', note: `is being deleted since ${since}` }];
}

/** Fields to which an apply would give another value. */
function changedFields({ rights }: ComparisonContext, live: LiveObject, applied: LiveObject): Drift[] {
  const object = objectInWords(live);
  const tree = union([...writersOf(live), ...writersOf(applied)].map(({ fieldsV1 }) => fieldsV1));
  return objectDifferences(applied, live, tree)
    .filter(({ path }) => !isContent(live, path))
    .map(({ path, wanted, live: found }) => {
      const by = writerOf(live, path, [fieldManager]);
      const ownedBy = rightfulOwner(rights, object, path, by, wanted !== undefined);
      return {
        object,
        kind: found === undefined ? ('removed' as const) : ('changed' as const),
        field: pathInWords(path),
        described: redacted(live.kind, path, wanted),
        live: redacted(live.kind, path, found),
        ...(by === undefined ? {} : { by }),
        ...(ownedBy === undefined ? {} : { ownedBy, note: 'the next `up` sets it back' }),
      };
    });
}

/** Fields that somebody else wrote and nobody describes, apart from those that have their default. */
async function addedFields(
  { api, rights }: ComparisonContext,
  kind: ServedKind,
  sent: KubernetesObject,
  live: LiveObject,
  applied: LiveObject,
): Promise<Drift[]> {
  const object = objectInWords(live);
  const ours = union(fieldsOf(applied, (manager) => manager === fieldManager));
  const theirs = union(fieldsOf(live, (manager) => manager !== fieldManager));
  const paths = beyond(theirs, ours).filter((path) => !isContent(live, path) && !isReported(path, object));
  const found = paths.filter((path) => valueAt(live, path) !== undefined);
  if (found.length === 0) return [];
  const anew = await dryRunAnew(api, kind, sent, fieldManager);
  const usual = (path: FieldPath) => (anew.accepted ? valueAt(anew.object, path) : undefined);
  return found
    .filter((path) => !isDeepStrictEqual(valueAt(live, path), usual(path)))
    .map((path) => {
      const by = writerOf(live, path, [fieldManager]);
      const ownedBy = rightfulOwner(rights, object, path, by, false);
      return {
        object,
        kind: 'added' as const,
        field: pathInWords(path),
        described: redacted(live.kind, path, usual(path)),
        live: redacted(live.kind, path, valueAt(live, path)),
        ...(by === undefined ? {} : { by }),
        ...(ownedBy === undefined ? {} : { ownedBy }),
      };
    });
}

function fieldsOf(object: LiveObject, isMeant: (manager: string) => boolean): (FieldTree | undefined)[] {
  return writersOf(object).flatMap(({ manager, fieldsV1 }) => (isMeant(manager) ? [fieldsV1] : []));
}

/** The content of a Secret has a comparison of its own, which shows no value. */
function isContent({ kind }: LiveObject, path: FieldPath): boolean {
  return kind === 'Secret' && (path[0] === 'f:data' || path[0] === 'f:stringData');
}

/** What controllers tell, of kinds whose status is no part of its own. */
function isReported([first]: FieldPath, object: string): boolean {
  return first === 'f:status' || (first === 'f:operation' && object.startsWith('Application '));
}
