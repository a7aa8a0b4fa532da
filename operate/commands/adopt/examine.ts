import { setTimeout as pause } from 'node:timers/promises';
import { engineObject, fieldManager } from '../../../components/register/written';
import type { Described } from '../../../components/system/described';
import { type Api, get } from '../../cluster/api';
import { type Kinds, objectPath, type ServedKind } from '../../cluster/kinds';
import { withFieldsOf, without } from '../../live/copy-fields';
import { objectDifferences } from '../../live/differences';
import { dryRunAnew, dryRunReplace } from '../../live/dry-run';
import { type FieldTree, union } from '../../live/field-tree';
import { type LiveObject, objectInWords, writersOf } from '../../live/object';
import { withoutContent } from '../../live/secret-content';
import type { Adoption, OwnershipTransfer, Planned } from './adoption';
import { takeoverOf } from './field-ownership';
import { refusal } from './refusal';

/** What an examination needs of the cluster and the stack. */
export interface Examination {
  readonly api: Api;
  readonly kinds: Kinds;
  /** Whether Argo CD goes on writing the objects. */
  readonly keepArgoCd: boolean;
}

/** How often an object that is being written to is looked at, with a pause of so many milliseconds more each time. */
const tries = 8;
const pauseMs = 200;

/**
 * Finds out what becomes of one object: nothing is there and it is created, or it is taken over and changes in place as the API
 * server says it would, or the API server refuses. Nothing is changed.
 */
export async function examine(examination: Examination, planned: Planned, left = tries): Promise<Adoption> {
  const { api, kinds, keepArgoCd } = examination;
  const wanted = withoutContent(engineObject(planned.described.object, planned.described.awaited));
  const name = objectInWords(wanted);
  const kind = await kinds.find(wanted.apiVersion, wanted.kind);
  if (kind === undefined) {
    const reason = `the cluster does not know the kind ${wanted.apiVersion} ${wanted.kind}`;
    return { ...planned, name, state: 'refuse', reason, remedy: 'install what brings it, see `fleet doctor`' };
  }
  const live = await get<LiveObject>(api, objectPath(kind, wanted.metadata));
  if (live === undefined) return { ...planned, name, state: 'create' };
  const refuse = (reason: string): Adoption => {
    const remedy = refusal(planned, live, reason);
    return { ...planned, name, state: 'refuse', reason, remedy, live };
  };
  const ending = (live.metadata as { deletionTimestamp?: string }).deletionTimestamp;
  if (ending !== undefined) return refuse(`is being deleted since ${ending}`);
  const anew = await dryRunAnew(api, kind, wanted, fieldManager);
  if (!anew.accepted) return refuse(anew.reason);
  const { obsolete, transfer } = takeoverOf(live, anew.object, keepArgoCd);
  const target = adopted(live, anew.object, obsolete);
  const answer = await dryRunReplace(api, kind, target, fieldManager);
  if (!answer.accepted) {
    // A controller wrote to the object in between.
    if (answer.status === 409 && left > 1) {
      await pause(pauseMs * (tries - left));
      return examine(examination, planned, left - 1);
    }
    return refuse(answer.reason);
  }
  const tree = union([live, anew.object].flatMap(writersOf).map(({ fieldsV1 }) => fieldsV1));
  const changes = objectDifferences(answer.object, live, tree);
  return { ...planned, name, state: 'adopt', kind, live, changes, transfer };
}

/** Ownership of an object that somebody wrote to since it was examined. */
export async function transferAnew(
  { api, keepArgoCd }: Examination,
  kind: ServedKind,
  { awaited, object }: Described,
): Promise<(live: LiveObject) => OwnershipTransfer> {
  const anew = await dryRunAnew(api, kind, withoutContent(engineObject(object, awaited)), fieldManager);
  if (!anew.accepted) throw new Error(anew.reason);
  return (live) => takeoverOf(live, anew.object, keepArgoCd).transfer;
}

/** The live object as it will be: what is described, without what is obsolete, and everything else as it is. */
function adopted(live: LiveObject, anew: LiveObject, obsolete: Parameters<typeof without>[1]): LiveObject {
  const fields: FieldTree = union(writersOf(anew).map(({ fieldsV1 }) => fieldsV1));
  const shaped = withFieldsOf(without(live, obsolete), anew, fields);
  // Bookkeeping of fields is not part of what is compared, and the server makes its own.
  const { managedFields: _, ...metadata } = shaped.metadata;
  return { ...shaped, metadata };
}
