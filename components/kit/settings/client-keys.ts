import { z } from 'zod';
import type { Constraint } from '../../../config/constraint';
import { dnsLabel, image, integer } from '../../../config/fields';
import { promoted } from '../../../config/promotion';
import { cors, proxyImage } from './authentication';
import { type SecretEntry, type SecretSetPlace, type SecretSetSettings, secretRecord } from './secret-set';
import type { SecretPath } from './secret-source';

export interface ClientKeysArgs<S extends z.ZodRawShape> {
  /** Name of the Secret by default. */
  readonly secretName: string;
  /** Where the map of secrets has the keys, each under the name of its client. */
  readonly secret: SecretPath;
  /** What is said of a client besides. */
  readonly own: S;
}

/** What stands in front of a server that has no authentication itself, where each client has a key of its own. */
export const clientKeys = <S extends z.ZodRawShape>({ own, secret, secretName }: ClientKeysArgs<S>) =>
  z.strictObject({
    mode: z.literal('clients').describe('A proxy beside the server asks each client for a key of its own.'),
    image: promoted(image.default(proxyImage).describe('Image of the proxy: HAProxy 3 with the user id 99.')),
    clients: z
      .record(
        dnsLabel,
        z.strictObject({
          requestsPerMinute: integer(1, 100_000)
            .optional()
            .describe('Requests of this client within a minute. Default: those of every client.'),
          ...own,
        }),
      )
      .refine((all) => Object.keys(all).length > 0, { error: 'at least one client: nobody else is let in' })
      .describe('Clients by their names, which are also the entries of the Secret with their keys.'),
    requestsPerMinute: promoted(
      integer(1, 100_000)
        .default(600)
        .describe(
          'Requests of one client within a minute; further ones are answered by 429 until there is room again. An address that shows no key of a client counts as one.',
        ),
    ),
    secret: secretRecord(secretName, secret)
      .prefault({ source: 'existing' })
      .describe(
        'The Secret with the keys, one entry for each client. Changes of it reach the proxy without a restart.',
      ),
    cors,
  });

/** What of these settings is the same for every system. */
export interface ClientKeysSettings {
  readonly mode: 'clients';
  readonly image: string;
  readonly clients: Readonly<Record<string, { readonly requestsPerMinute?: number | undefined }>>;
  readonly requestsPerMinute: number;
  readonly secret: SecretSetSettings<string>;
  readonly cors: { readonly origins: readonly string[] };
}

/** The Secret with the keys, as the kit takes it. @param path of the settings */
export function clientKeySet(
  { clients, secret }: Pick<ClientKeysSettings, 'clients' | 'secret'>,
  path: readonly PropertyKey[],
): SecretSetPlace<string> {
  const entry = (name: string): SecretEntry => ({
    about: `key of client ${name}`,
    secretKey: name,
    value: 'random',
    without: 'this client is not let in',
  });
  const names = Object.keys(clients);
  return {
    entries: Object.fromEntries(names.map((name) => [name, entry(name)])),
    uses: Object.fromEntries(names.map((name) => [name, 'required' as const])),
    settings: secret,
    path: [...path, 'secret'],
  };
}

/** Entries of the Secret are for clients that there are. @param path of the settings */
export function clientKeyConstraints(
  { clients, secret }: Pick<ClientKeysSettings, 'clients' | 'secret'>,
  path: readonly PropertyKey[],
): Constraint[] {
  return Object.keys(secret.entries).map((name) => ({
    path: [...path, 'secret', 'entries', name],
    expected: `the name of a client, one of ${Object.keys(clients).join(', ')}`,
    satisfied: name in clients,
  }));
}
