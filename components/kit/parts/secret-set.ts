import type { IEnvVar } from 'kubernetes-models/v1';
import type { Brought } from '../../system/brought';
import { type EntryUse, type SecretSetPlace, usedKeys } from '../settings/secret-set';
import type { SecretPath } from '../settings/secret-source';
import { broughtEntry } from './brought';
import type { GatedEntry } from './gate';
import { revisionAnnotations, type SecretSource, type WantedSecret } from './secrets';

/** An entry that a system reads. */
export interface UsedEntry extends SecretSource {
  /** Name of the entry in the stack file. */
  readonly name: string;
  readonly use: Exclude<EntryUse, 'unused'>;
  readonly value: 'random' | 'given';
}

/**
 * The entries of a set that a system reads, by their names; each serves wherever the source of a single value does.
 *
 * @typeParam R names of the entries that are always required, so that they are always there
 */
export function usedEntries<E extends string, R extends E = never>(
  set: SecretSetPlace<E>,
): Readonly<Record<R, UsedEntry>> & { readonly [K in E]?: UsedEntry } {
  const { entries, settings, uses } = set;
  const { entries: own, ...secret } = settings;
  const used = [...usedKeys(set)].map(([name, secretKey]): [E, UsedEntry] => [
    name,
    {
      ...{ ...secret, shared: true, secretRevision: 0, ...own[name], secretKey },
      ...{ name, value: entries[name].value, use: uses[name] === 'required' ? 'required' : 'optional' },
    },
  ]);
  return Object.fromEntries(used) as never;
}

type Used = Readonly<Record<string, UsedEntry | undefined>>;

function listed(used: Used): UsedEntry[] {
  return Object.values(used).filter((entry) => entry !== undefined);
}

/**
 * The one Secret that all of them are in, for `secretObjects`.
 *
 * @param secret where the map of secrets has the values
 * @param from key of the settings
 */
export function wantedSet(used: Used, secret: SecretPath, from: readonly PropertyKey[]): WantedSecret {
  return { entries: listed(used).map((source) => ({ source, secret: [...secret, source.name] })), from };
}

/** The entries that a pod cannot start without, for `secretGate`. */
export function gatedEntries(read: readonly (UsedEntry | undefined)[]): GatedEntry[] {
  return read.flatMap((source) => (source?.use === 'required' ? [{ source, value: source.value }] : []));
}

/** What somebody has to bring of a set, one entry after the other. */
export function broughtSet<E extends string>(
  system: string,
  namespace: string,
  { entries }: Pick<SecretSetPlace<E>, 'entries'>,
  used: Used,
): Brought[] {
  return listed(used).flatMap((source) => {
    const { about, without } = entries[source.name as E];
    const what = `${source.secretKey} of ${system}, ${about}`;
    return broughtEntry(namespace, source, source.value, { what, without });
  });
}

/** An entry as an environment variable of a container, and nothing where it is not used. A container gets its own alone. */
export function entryVariable(variable: string, entry: UsedEntry | undefined): IEnvVar[] {
  if (entry === undefined) return [];
  const { secretKey: key, secretName: name, use } = entry;
  const optional = use === 'optional' ? { optional: true } : {};
  return [{ name: variable, valueFrom: { secretKeyRef: { name, key, ...optional } } }];
}

/** Annotations of a pod that reads these entries, so that it starts anew when one of their counters is raised, and no other pod does. */
export function entryRevisions(read: readonly (UsedEntry | undefined)[]): Record<string, string> {
  return revisionAnnotations(
    Object.fromEntries(read.flatMap((entry) => (entry ? [[inKebabCase(entry.name), entry]] : []))),
  );
}

function inKebabCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
