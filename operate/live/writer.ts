import type { FieldPath } from './field-path';
import { touches } from './field-tree';
import { type LiveObject, type ManagedFields, writersOf } from './object';

/** Who changed a field, as far as the API server records it. */
export interface Writer {
  readonly manager: string;
  /** RFC 3339. It is when the manager last wrote to the object at all. */
  readonly time?: string;
  /**
   * Whether the manager is recorded as the field's owner. Who removes a field leaves no record: then this is the last who wrote
   * anything to the object.
   */
  readonly certain: boolean;
}

/**
 * Who wrote a field of a live object, the latest first.
 *
 * @param except managers that are not meant, such as our own
 */
export function writerOf(live: LiveObject, path: FieldPath, except: readonly string[] = []): Writer | undefined {
  const owners = writersOf(live).filter(({ fieldsV1 }) => fieldsV1 !== undefined && touches(fieldsV1, path));
  const others = owners.filter(({ manager }) => !except.includes(manager));
  const owner = latest(others) ?? latest(owners);
  if (owner !== undefined) return writer(owner, true);
  const last = latest(writersOf(live).filter(({ manager }) => !except.includes(manager)));
  return last === undefined ? undefined : writer(last, false);
}

/** Who wrote to an object last. */
export function lastWriter(live: LiveObject): Writer | undefined {
  const last = latest(writersOf(live));
  return last === undefined ? undefined : writer(last, true);
}

function writer({ manager, time }: ManagedFields, certain: boolean): Writer {
  return { manager, ...(time === undefined ? {} : { time }), certain };
}

function latest(entries: readonly ManagedFields[]): ManagedFields | undefined {
  return [...entries].sort((one, other) => (other.time ?? '').localeCompare(one.time ?? ''))[0];
}
