import { isDeepStrictEqual } from 'node:util';
import pRetry from 'p-retry';
import { fieldManager } from '../../../components/register/written';
import { Failure } from '../../base/failure';
import { type Api, get, reasonOf } from '../../cluster/api';
import { objectPath } from '../../cluster/kinds';
import { type FieldPath, valueAt } from '../../live/field-path';
import { beyond, type FieldTree, part, union } from '../../live/field-tree';
import { isArgoCd, isController } from '../../live/managers';
import { type LiveObject, type ManagedFields, objectInWords } from '../../live/object';
import type { OwnershipTransfer, Taken } from './adoption';

/** Fields of a live object that nobody describes any more, and how ownership passes. */
export interface Takeover {
  /** Fields that go: whoever installed the object wrote them, they are not described and not the default. */
  readonly obsolete: readonly FieldPath[];
  readonly transfer: OwnershipTransfer;
}

/**
 * What those who installed an object leave behind. A server-side apply takes away only what its own manager wrote before,
 * so what is not described any more is made ours first; the next apply then removes it. What merely has its default is given
 * to nobody.
 *
 * @param anew the object as it would be if it were made from its description alone
 * @param keepArgoCd whether Argo CD goes on writing
 */
export function takeoverOf(live: LiveObject, anew: LiveObject, keepArgoCd: boolean): Takeover {
  const entries = live.metadata.managedFields ?? [];
  const old = entries.filter((entry) => isInstaller(entry, keepArgoCd));
  const theirs = union(old.map(({ fieldsV1 }) => fieldsV1));
  const described = fieldsOf(anew.metadata.managedFields ?? []);
  const obsolete = beyond(theirs, described).filter((path) => {
    const value = valueAt(live, path);
    return value !== undefined && !isDeepStrictEqual(value, valueAt(anew, path));
  });
  return { obsolete, transfer: transferFrom(old, live, part(theirs, obsolete)) };
}

/** Whether a manager is one that installs things, and is to own nothing of the object in future. */
function isInstaller({ manager, subresource }: ManagedFields, keepArgoCd: boolean): boolean {
  if (manager === fieldManager || subresource === 'status') return false;
  return isArgoCd(manager) ? !keepArgoCd : !isController(manager);
}

function fieldsOf(entries: readonly ManagedFields[]): FieldTree {
  return union(entries.flatMap(({ manager, fieldsV1 }) => (manager === fieldManager ? [fieldsV1] : [])));
}

function transferFrom(
  old: readonly ManagedFields[],
  { apiVersion, metadata }: LiveObject,
  takenOver: FieldTree,
): OwnershipTransfer {
  const entries = metadata.managedFields ?? [];
  const isOurs = ({ manager, operation }: ManagedFields) => manager === fieldManager && operation === 'Apply';
  const others = entries.filter((entry) => !old.includes(entry) && !isOurs(entry));
  const fields = union([...entries.filter(isOurs).map(({ fieldsV1 }) => fieldsV1), takenOver]);
  const ours: ManagedFields = {
    manager: fieldManager,
    operation: 'Apply',
    apiVersion,
    time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
  };
  const managedFields = Object.keys(fields).length > 0 ? [ours, ...others] : others;
  return { from: [...new Set(old.map(({ manager }) => manager))], managedFields };
}

/** Thrown where somebody wrote to the object since it was read. */
class Conflict extends Failure {}

/** How often an object that somebody is writing to is tried again. */
const retries = 4;

/**
 * Passes ownership on. The content of the object stays as it is.
 *
 * @param anew the transfer for an object that somebody wrote to since it was examined
 * @throws Failure when the API server refuses, or the object has become another one
 */
export async function transferOwnership(
  api: Api,
  taken: Taken,
  anew: (live: LiveObject) => OwnershipTransfer,
): Promise<void> {
  const path = objectPath(taken.kind, taken.live.metadata);
  const once = async (attempt: number) => {
    if (attempt === 1) return send(api, path, taken.live, taken.transfer);
    const live = await get<LiveObject>(api, path);
    if (live?.metadata.uid === taken.live.metadata.uid)
      return send(api, path, live as LiveObject, anew(live as LiveObject));
    throw new Failure(`${objectInWords(taken.live)} was replaced while it was being adopted`, 'run the command again');
  };
  await pRetry(once, { retries, minTimeout: 300, factor: 1, shouldRetry: ({ error }) => error instanceof Conflict });
}

async function send(
  api: Api,
  path: string,
  live: LiveObject,
  { from, managedFields }: OwnershipTransfer,
): Promise<void> {
  if (from.length === 0) return;
  const body = [
    // The server refuses with 409 when the object has changed in between.
    { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
    // An empty list would keep what is there; one empty entry clears it.
    { op: 'replace', path: '/metadata/managedFields', value: managedFields.length > 0 ? managedFields : [{}] },
  ];
  const answer = await api.send('PATCH', path, { body, contentType: 'application/json-patch+json' });
  if (answer.status < 300) return;
  const Refusal = answer.status === 409 ? Conflict : Failure;
  throw new Refusal(
    `${objectInWords(live)}: its fields could not be taken over (${answer.status}): ${reasonOf(answer.body)}`,
    'run the command again; what was taken over so far stays as it was, only under our name',
  );
}
