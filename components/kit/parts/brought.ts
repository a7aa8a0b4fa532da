import type { Brought } from '../../system/brought';
import type { AuthenticationSettings } from '../settings/authentication';
import type { BackupSettings } from '../settings/backup';
import { neededEntries } from './backup/repository';
import {
  bringClaim,
  bringEntry,
  bringGitCredentials,
  bringLogin,
  bringPullSecret,
  createSecret,
  placeOf,
  random,
} from './bringing';
import type { SecretSource } from './secrets';

/** What is said of something that somebody brings. */
type Words = Pick<Brought, 'what' | 'without'>;

const makers: { readonly [S in SecretSource['source']]?: Brought['by'] } = {
  externalSecret: 'externalSecret',
  sealed: 'sealed',
  bootstrap: 'login',
};

/** A Secret with one value, unless the plan makes it. */
export function broughtEntry(
  namespace: string,
  source: Omit<SecretSource, 'secretRevision'> | undefined,
  value: 'random' | 'given',
  words: Words,
): Brought[] {
  if (source === undefined || source.source === 'config') return [];
  const { secretKey, secretName } = source;
  const by = makers[source.source] ?? 'person';
  const command = by === 'login' ? bringLogin : () => bringEntry(namespace, source, value);
  const remark = placeOf(source);
  const entry = { kind: 'Secret', name: secretName, keys: [[secretKey]], by, command, ...words } as const;
  return [remark === undefined ? entry : { ...entry, remark }];
}

/** What clients of a system must show. */
export function broughtAccess(
  system: string,
  namespace: string,
  authentication: AuthenticationSettings | undefined,
): Brought[] {
  const without = 'nobody is let in';
  if (authentication?.mode === 'bearer') {
    return broughtEntry(namespace, authentication.secret, 'random', { what: `bearer token of ${system}`, without });
  }
  if (authentication?.mode !== 'gateway') return [];
  const name = authentication.secretName;
  return [
    {
      kind: 'Secret',
      name,
      keys: [],
      what: `API keys of ${system}`,
      without,
      by: 'person',
      command: () => `${random} | ${createSecret(namespace, name)} --from-file=CLIENT=/dev/stdin`,
    },
  ];
}

/** What backups need: their password, and the key of a bucket. */
export function broughtBackup(system: string, namespace: string, content: string, settings: BackupSettings): Brought[] {
  const without = 'no backup is made';
  const of = `of the backups of ${system} (${content})`;
  const [, ...bucket] = neededEntries(settings);
  const name = bucket[0]?.name;
  const keys = bucket.map(({ key }) => key);
  const files = keys.map((key) => `--from-file=${key}=FILE`).join(' ');
  return [
    ...broughtEntry(namespace, settings.password, 'random', { what: `password ${of}`, without }),
    ...(name === undefined
      ? []
      : [
          {
            kind: 'Secret' as const,
            name,
            keys: [keys],
            what: `key of the bucket ${of}`,
            without,
            by: 'person' as const,
            command: () => `${createSecret(namespace, name)} ${files}`,
          },
        ]),
  ];
}

/** The login of a registry that images are pulled from. */
export function broughtPullSecret(system: string, namespace: string, name: string): Brought {
  return {
    kind: 'Secret',
    name,
    keys: [['.dockerconfigjson']],
    what: `registry login of ${system}`,
    without: 'images are not pulled',
    by: 'person',
    command: () => bringPullSecret(namespace, name),
  };
}

/** The certificate of an Ingress where no issuer makes it. */
export function broughtCertificate(system: string, namespace: string, name: string): Brought {
  return {
    kind: 'Secret',
    name,
    keys: [['tls.crt', 'tls.key']],
    what: `certificate of ${system}`,
    without: 'clients meet a certificate that they do not trust',
    by: 'person',
    command: () => `kubectl -n ${namespace} create secret tls ${name} --cert=FILE --key=FILE`,
  };
}

/** A volume of somebody else. */
export function broughtClaim(namespace: string, name: string, words: Words): Brought {
  const command = () => bringClaim(namespace, name);
  return { kind: 'PersistentVolumeClaim', name, keys: [], by: 'person', command, ...words };
}

/** What git shows to a remote: a user's password or token, or a key. */
export function broughtGitCredentials(namespace: string, name: string, words: Words): Brought {
  return {
    kind: 'Secret',
    name,
    keys: [['password'], ['ssh-privatekey', 'known_hosts']],
    by: 'person',
    command: () => bringGitCredentials(namespace, name),
    ...words,
  };
}
