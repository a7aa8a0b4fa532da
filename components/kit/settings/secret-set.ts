import { z } from 'zod';
import type { ClusterFacts } from '../../../config/cluster';
import type { Constraint } from '../../../config/constraint';
import { dnsLabel, encryptedValue } from '../../../config/fields';
import { random } from '../../../config/random';
import type { SealingScope } from '../objects/sealed-secret';
import { type NamedSecret, remoteEntry } from './named-secrets';
import {
  anySource,
  entryFields,
  makerConstraints,
  remoteFields,
  type SecretPath,
  sealedFields,
  sealingFields,
  secretFields,
  valueConstraints,
} from './secret-source';

/** One value of a Secret that has several. */
export interface SecretEntry {
  /** What it is, such as `API key of OpenAI`. */
  readonly about: string;
  /** Its key in the Secret by default, such as `OPENAI_API_KEY`. */
  readonly secretKey: string;
  /** Whether any value will do that nobody can guess. */
  readonly value: 'random' | 'given';
  /** What does not work until it is there, such as `nothing is embedded`. */
  readonly without: string;
}

/** The entries of a Secret, by the names that the stack file has for them. */
export type SecretEntries<E extends string = string> = Readonly<Record<E, SecretEntry>>;

/**
 * Whether a system reads an entry: always, where its settings name it, or not at all as it is set up. What is optional must be
 * named, because nobody could else tell what is left out on purpose from what is missing.
 */
export type EntryUse = 'required' | 'optional' | 'unused';
export type EntryUses<E extends string = string> = Readonly<Record<E, EntryUse>>;

/** What a stack file says of one entry. */
interface EntrySettings {
  readonly secretKey?: string | undefined;
  readonly secretRevision: number;
  readonly remoteKey?: string;
  readonly remoteProperty?: string | undefined;
  readonly sealedValue?: string;
}

/** Where a Secret with several entries comes from. */
export interface SecretSetSettings<E extends string = string> {
  readonly source: 'existing' | 'config' | 'externalSecret' | 'sealed';
  readonly secretName: string;
  /** Of sealed values. */
  readonly scope?: SealingScope;
  readonly entries: { readonly [K in E]?: EntrySettings | undefined };
}

/** A map with one optional key for each entry. */
const entryMap = <E extends string, F extends z.ZodRawShape>(
  entries: SecretEntries<E>,
  fields: (entry: SecretEntry) => F,
) => {
  const shape = Object.entries<SecretEntry>(entries).map(([name, entry]) => [
    name,
    z.strictObject(fields(entry)).optional().describe(`${entry.about}.`),
  ]);
  return z
    .strictObject(Object.fromEntries(shape) as { [K in E]: z.ZodOptional<z.ZodObject<F, z.core.$strict>> })
    .prefault({} as never)
    .describe('Its entries; one that is read always need not be named, one that is optional is read where it is.');
};

/**
 * A Secret with several entries, all from one source.
 *
 * @param secretName its name by default
 * @param secret where the map of secrets has the values, each under the name of its entry
 */
export const secretSet = <E extends string>(entries: SecretEntries<E>, secretName: string, secret: SecretPath) => {
  const own = entryMap(entries, ({ secretKey }) => entryFields(secretKey));
  const remote = entryMap(entries, ({ secretKey }) => ({ ...entryFields(secretKey), ...remoteFields }));
  const sealed = entryMap(entries, ({ secretKey }) => ({ ...entryFields(secretKey), ...sealedFields }));
  return sources(secretName, secret, own, remote, sealed);
};

/** A Secret whose entries are named by somebody else, such as the clients of a server, all from one source. */
export const secretRecord = (secretName: string, secret: SecretPath) => {
  const { secretKey, secretRevision } = entryFields('key');
  const named = secretKey
    .unwrap()
    .optional()
    .describe('Key of the value in the Secret. Default: the name of the entry.');
  const record = <F extends z.ZodRawShape>(fields: F) =>
    z
      .record(dnsLabel, z.strictObject({ secretKey: named, secretRevision, ...fields }))
      .prefault({})
      .describe('Its entries by their names; one without further keys need not be named.');
  return sources(secretName, secret, record({}), record(remoteFields), record(sealedFields));
};

/** The union of all sources. */
const sources = <O extends z.ZodType, R extends z.ZodType, S extends z.ZodType>(
  secretName: string,
  secret: SecretPath,
  own: O,
  remote: R,
  sealed: S,
) =>
  z.discriminatedUnion(
    'source',
    [
      z.strictObject({
        source: z.literal('existing').describe('The Secret is made by somebody else.'),
        ...secretFields(secretName),
        entries: own,
      }),
      z.strictObject({
        source: z
          .literal('config')
          .describe(`The values are encrypted keys below secrets.${secret.join('.')} of the stack file.`),
        ...secretFields(secretName),
        entries: own,
      }),
      z.strictObject({
        source: z.literal('externalSecret').describe('The External Secrets operator makes the Secret.'),
        ...secretFields(secretName),
        entries: remote,
      }),
      z.strictObject({
        source: z.literal('sealed').describe('The controller of Sealed Secrets makes the Secret.'),
        ...secretFields(secretName),
        ...sealingFields,
        entries: sealed,
      }),
    ],
    { error: anySource },
  );

/** The encrypted values of such a Secret, as the map of secrets has them. */
export const secretSetValues = <E extends string>(entries: SecretEntries<E>) => {
  const shape = Object.entries<SecretEntry>(entries).map(([name, { about, value }]) => {
    const schema = encryptedValue.optional().describe(`${about}, encrypted.`);
    return [name, value === 'random' ? random(schema) : schema];
  });
  return z.strictObject(Object.fromEntries(shape) as { [K in E]: z.ZodOptional<typeof encryptedValue> });
};

export interface SecretSetPlace<E extends string> {
  readonly entries: SecretEntries<E>;
  readonly uses: EntryUses<E>;
  readonly settings: SecretSetSettings<E>;
  /** Key of the settings, from the top of the stack file. */
  readonly path: readonly PropertyKey[];
}

/** Keys that an entry cannot do without, by the source. */
const besides: { readonly [S in SecretSetSettings['source']]?: string } = {
  externalSecret: 'remoteKey',
  sealed: 'sealedValue',
};

/** What must hold between the settings of a set, its values and the cluster. */
export function secretSetConstraints<E extends string>(
  set: SecretSetPlace<E>,
  secret: SecretPath,
  values: { readonly [K in NoInfer<E>]?: unknown } | undefined,
  cluster: Pick<ClusterFacts, 'externalSecrets' | 'sealedSecrets'>,
): Constraint[] {
  const { entries, path, settings } = set;
  const keys = usedKeys(set);
  return [
    ...makerConstraints(settings.source, [...path, 'source'], cluster),
    ...(Object.keys(entries) as E[]).flatMap((name) => {
      const entryPath = [...path, 'entries', name];
      const key = keys.get(name);
      return [
        {
          path: entryPath,
          expected: 'no such entry: nothing reads it with these settings',
          satisfied: set.uses[name] !== 'unused' || settings.entries[name] === undefined,
        },
        {
          path: entryPath,
          expected: `${besides[settings.source]} below it, for the ${entries[name].about}`,
          satisfied:
            key === undefined || besides[settings.source] === undefined || settings.entries[name] !== undefined,
        },
        {
          path: [...entryPath, 'secretKey'],
          expected: 'another key than the other entries have',
          satisfied: key === undefined || [...keys.values()].filter((other) => other === key).length === 1,
        },
        ...valueConstraints(
          [...secret, name],
          values?.[name],
          key === undefined ? undefined : settings.source,
          key === undefined ? entryPath : [...path, 'source'],
        ),
      ];
    }),
  ];
}

/** Keys in the Secret of the entries that are read, by the names of the entries. */
export function usedKeys<E extends string>({ entries, settings, uses }: SecretSetPlace<E>): ReadonlyMap<E, string> {
  const names = (Object.keys(entries) as E[]).filter((name) =>
    uses[name] === 'optional' ? settings.entries[name] !== undefined : uses[name] === 'required',
  );
  return new Map(names.map((name) => [name, settings.entries[name]?.secretKey ?? entries[name].secretKey]));
}

/** The Secret of a set, for `separateSecrets`. */
export function namedSecretSet<E extends string>(set: SecretSetPlace<E>): NamedSecret {
  const { path, settings } = set;
  const used = usedKeys(set);
  return {
    path: [...path, 'secretName'],
    name: settings.secretName,
    entries: [...used.values()],
    made: settings.source !== 'existing',
    remotes: [...used.keys()].flatMap((name) => remoteEntry([...path, 'entries', name], settings.entries[name] ?? {})),
  };
}
